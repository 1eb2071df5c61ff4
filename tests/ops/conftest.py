import pytest

from ops import state


@pytest.fixture
def state_dir(tmp_path, monkeypatch):
    """A state directory of its own, in a path with a space."""
    directory = tmp_path / "state of one test"
    monkeypatch.setattr(state, "STATE_DIR", directory)
    return directory
