"""The one resident base: people, households, dwellings, and the dated ties between them."""
