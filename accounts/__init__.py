"""Who somebody is: accounts, sign-in, second factor, sessions, and the audit chain."""
