"""What hangs on a person, all over the portal, and what becomes of it when two entries are merged.

Every relation to Person has its line here or in the app that has the relation: `declare` beside the model.
tests/residents/test_ties.py walks all models and fails for one without a line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class OnMerge(StrEnum):
    MOVE = "move"  # goes over to the person that stays, and back
    FACTS = "facts"  # restated by the rule of the golden record (merging_facts.py)
    KEEP = "keep"  # stays where it is, with the entry that leads on


class OnClash(StrEnum):
    """Where the database refuses to move a row, because the person that stays has one like it."""

    ASIDE = "aside"  # out of the table into the sealed journal, and back
    STAY = "stay"  # stays with the entry that leads on, as too much hangs on it


@dataclass(frozen=True, slots=True)
class Tie:
    """One relation to a person: the column `name` of `model` ("residents.Visit", "person")."""

    model: str
    name: str
    on_merge: OnMerge
    label: str | Promise = ""  # how the pages call the rows that move
    on_clash: OnClash = OnClash.ASIDE

    @property
    def key(self) -> str:
        return f"{self.model}.{self.name}"


_ties: dict[str, Tie] = {}


def declare(*ties: Tie) -> None:
    """Say what becomes of relations to Person. Raises ValueError where another line says otherwise."""
    for tie in ties:
        if _ties.setdefault(tie.key, tie) != tie:
            raise ValueError(tie.key)


def all_ties() -> Iterator[Tie]:
    """Every declared relation, in the order of their names."""
    return iter(sorted(_ties.values(), key=lambda tie: tie.key))


def moving() -> list[Tie]:
    return [tie for tie in all_ties() if tie.on_merge == OnMerge.MOVE]


MOVE, FACTS, KEEP = OnMerge.MOVE, OnMerge.FACTS, OnMerge.KEEP
declare(
    # Where both have one at the same time, it ends or stays (merging_life.py): the months stay as they were told.
    Tie("residents.HouseholdMember", "person", MOVE, _("家庭成员关系"), OnClash.STAY),
    Tie("residents.Occupancy", "person", MOVE, _("居住关系"), OnClash.STAY),
    Tie("residents.Visit", "person", MOVE, _("正在查看的档案")),
    # Entries that lead to the one which now leads on itself: all lead to the last.
    Tie("residents.Person", "merged_into", MOVE, _("以前合并进来的档案")),
    Tie("residents.PersonDetail", "person", FACTS),
    Tie("residents.SourceRecord", "person", FACTS),
    Tie("residents.ConflictTicket", "person", FACTS),
    # A code is for whom it was sent; it runs out within minutes.
    Tie("residents.AccountClaim", "person", KEEP),
    # They speak of the two entries as such.
    Tie("residents.DoubleCandidate", "person_a", KEEP),
    Tie("residents.DoubleCandidate", "person_b", KEEP),
    Tie("residents.PersonMerge", "survivor", KEEP),
    Tie("residents.PersonMerge", "absorbed", KEEP),
    # What was written down and told is never rewritten; readers ask for all entries of a person.
    Tie("accounts.AuditEntry", "person_id", KEEP),
    Tie("accounts.FileUse", "person_id", KEEP),
    Tie("notifications.Message", "person_id", KEEP),
)
