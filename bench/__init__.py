"""`make bench`: what the hot paths cost, as ratios against a yardstick in the same run (goals P3-P16).

A module pNN_*.py is one goal: `measures(city)` yields trials and readings, each with its own check. Nothing
here is a test: a machine that is busy makes a noisy ratio, never a failed build.
"""
