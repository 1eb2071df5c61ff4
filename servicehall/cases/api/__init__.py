"""The hall for programs: items.py what it offers, cases.py what becomes of a matter; shapes.py what they look like."""
