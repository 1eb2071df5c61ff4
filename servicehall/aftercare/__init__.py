"""What follows a case: the bad rating that is put right, the benefit, the delivery, how long it usually takes."""
