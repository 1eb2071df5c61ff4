"""What the first of parallel test processes does for all of them, while the others wait."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from ops import state


@contextmanager
def once(run: str | None, what: str) -> Iterator[bool]:
    """Whether it is still to be done in this run: true for one process, and false for the others when it has ended.

    A process that runs alone (`run` is None) waits for nobody.
    """
    if run is None:
        yield True
        return
    with (state.directory() / f"{what}.run").open("a+") as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        note.seek(0)
        is_first = note.read() != run
        if not is_first:
            fcntl.flock(note, fcntl.LOCK_UN)
        yield is_first
        if is_first:
            note.truncate(0)
            note.write(run)
