"""Letters 文书: what a case leaves on paper, numbered, sealed, and open to anyone's check."""
