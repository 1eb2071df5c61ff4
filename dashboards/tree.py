"""The public part of the tree of places, read once a page: a hundred rows answer every question about it."""

import uuid
from collections.abc import Sequence
from datetime import date

from community.governance.enums import PlaceLevel, Power
from community.governance.models import Place
from community.governance.scopes import Scope


class Tree:
    """City, districts, streets and communities as they ever were; `children` are those of a day."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self.by_code = {place.code: place for place in places}

    @classmethod
    def load(cls) -> "Tree":
        return cls(list(Place.objects.public()))

    def find(self, scope: Scope, power: Power, code: str) -> Place | None:
        """The place with a code, where the post holds the power there; None otherwise."""
        place = self.by_code.get(code)
        return place if place is not None and scope.covers(power, place.path) else None

    def tops(self, scope: Scope, power: Power) -> list[Place]:
        """The highest places of a power; a station's several communities stand side by side."""
        paths = set(scope.paths_for(power))
        return [place for place in self.places if place.path in paths]

    def above(self, place: Place) -> list[Place]:
        codes = [code for code in place.path.split("/") if code]
        return [self.by_code[code] for code in codes[:-1]]

    def children(self, place: Place, day: date) -> list[Place]:
        return [
            child
            for child in self.places
            if child.parent_id == place.pk
            and child.valid_from <= day
            and (child.valid_to is None or day < child.valid_to)
        ]

    def lineages(self) -> dict[uuid.UUID, tuple[uuid.UUID, ...]]:
        """Of every community: all places above it and itself."""
        return {
            place.pk: (*(node.pk for node in self.above(place)), place.pk)
            for place in self.places
            if place.level == PlaceLevel.COMMUNITY
        }
