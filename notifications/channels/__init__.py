"""How a text leaves the house. A channel sends and reports; it writes nothing about messages."""
