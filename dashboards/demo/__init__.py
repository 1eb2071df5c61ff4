"""The demonstration city: invented people in real places. Deterministic by seed; nothing in it is a real number."""
