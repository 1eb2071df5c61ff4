"""Room for the frames of Python's calls.

CPython 3.11 to 3.13 keeps the frames of a thread in pieces of 16 KiB, some ninety calls. It maps a piece when a call
crosses the edge and unmaps it when that call returns (`push_chunk`, `_PyThreadState_PopFrame` in Python/pystate.c), so
a loop at the edge goes to the kernel for every round: ten thousand times a second while a page is drawn, a tenth of
the processor. A piece that begins with a large frame is large, and whatever is called from there finds room in it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

FRAME_SLOTS = 70_000  # of eight bytes: more than half a MiB, so the piece is of one MiB; what is not used costs nothing

Function = TypeVar("Function", bound=Callable[..., Any])


def with_room(function: Function) -> Function:
    """This function, written in Python, from now on with room for some two thousand calls in depth."""
    written: Any = function
    written.__code__ = written.__code__.replace(co_stacksize=FRAME_SLOTS)
    return function
