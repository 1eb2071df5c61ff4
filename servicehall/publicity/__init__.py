"""公示 (domain 3.11): what a community may read of a case before it is decided, objections to it, 民主评议."""
