"""Who governs: places, bodies, posts, powers, the work calendar."""
