"""The one resident base: nested apps, the base at the bottom.

The layers above it: rights (what a resident sees, corrects, allows, asks to be deleted) →
exchange (what departments send and receive) → base (persons, households, dwellings, their dated ties
and events, and what each source says of them).
"""
