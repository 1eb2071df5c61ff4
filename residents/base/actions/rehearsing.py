"""What an act would change, by doing it and taking it back: the check before the act is the act itself."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import transaction

T = TypeVar("T")


def rehearse(act: Callable[[], UUID], look: Callable[[UUID], T]) -> T:
    """Run an act, look at what its id stands for, and undo everything. Raises what the act raises."""
    with transaction.atomic():
        seen = look(act())
        transaction.set_rollback(True)
    return seen
