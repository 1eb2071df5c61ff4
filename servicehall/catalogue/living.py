"""What has a life of versions: an item, a joint form, the text of a letter. transitions.py holds for all of them."""

import uuid
from datetime import date
from typing import Protocol

from servicehall.catalogue.enums import VersionState


class Version(Protocol):
    """A row that is one version. `valid_from` of a draft is from when it is wanted."""

    number: int
    state: str
    valid_from: date
    valid_to: date | None
    changed_by_id: uuid.UUID | None
    proposed_by_id: uuid.UUID | None

    @property
    def is_open(self) -> bool: ...

    def in_force_on(self, day: date) -> bool: ...


class Living:
    """For the models of such rows."""

    def in_force_on(self: Version, day: date) -> bool:
        """Whether it is what holds on a day."""
        has_begun = self.state == VersionState.PUBLISHED and self.valid_from <= day
        return has_begun and (self.valid_to is None or day < self.valid_to)

    @property
    def is_open(self: Version) -> bool:
        """Still being written, or waiting for the second person."""
        return self.state in {VersionState.DRAFT, VersionState.WAITING}
