"""Who governs a community: nested apps, governance (places, bodies, posts, scopes) at the bottom.

The layers above it, each an app of its own when its day comes:
targets → (activities | facilities | mandates) → (organisations | workforce) → governance.
"""
