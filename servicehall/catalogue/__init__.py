"""What the hall offers: windows, items and their versions, limits, all of it dated data."""
