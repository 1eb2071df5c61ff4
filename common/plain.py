"""Data files of the installation: YAML, read by libyaml where it is there (seven times as fast)."""

from pathlib import Path
from typing import Any

import yaml

# Both build plain values and no objects.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path) -> Any:
    """What a file says."""
    with path.open("rb") as file:
        return yaml.load(file, Loader=_Loader)  # noqa: S506  safe: see above
