"""The one-stop hall: nested apps, the catalogue at the bottom.

The layers above it: cases (a matter from draft to rating) → catalogue (windows, items, limits as data).
"""
