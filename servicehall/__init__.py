"""The one-stop hall: nested apps, the catalogue at the bottom.

The layers above it: documents (letters), publicity (notices, objections), supervision (lights, letters of
督办), aftercare (ratings, benefits, delivery) → cases (a matter from draft to rating) → catalogue (windows,
items, limits as data).
"""
