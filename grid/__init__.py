"""The grid (网格): who looks after which stairwell. Holds no code yet; the places it will stand on are
`community.governance.models.Place` from area to unit, and its officers' reach will be a `Scope` like any other."""
