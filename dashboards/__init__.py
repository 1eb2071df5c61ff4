"""What officials look at, and what only the top of the stack can do: figures, administration, the demo city."""
