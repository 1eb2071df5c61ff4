"""Which of several sources is right about one attribute: a pure function of what they all say.

Because it looks at the set of claims and never at the order in which they came, the same feeds in any order
give the same base (domain 4.11). Nothing said is never a claim: an empty cell takes no value away.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from residents.base.addresses import is_within

DECISION = "decision"  # the source that speaks when a person has settled a conflict
UNKNOWN = "unknown"  # the source of values that were there before anybody asked where from
FIRST = 0  # the rank of a decision, where the table does not say that later words count alike
LAST = 1000  # the rank of a source that has none


@dataclass(frozen=True, slots=True)
class Claim:
    """What a source says of one attribute. `as_of` is an ISO day, or an ISO moment of local time where somebody wrote
    it down himself; both sort as text. `batch` is the id of the delivery, if it came in one."""

    source: str
    rank: int
    value: str
    as_of: str
    batch: str | None = None
    # What the value says, however it is written, and within which region; the value itself where that is one.
    sense: str = ""
    region: str = ""

    def agrees(self, other: "Claim") -> bool:
        if (self.sense or self.value) != (other.sense or other.value):
            return False
        return is_within(self.region, other.region)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The claim to keep, and the claims that speak against it and are neither outdated nor overruled."""

    kept: Claim
    rivals: tuple[Claim, ...]

    @property
    def is_disputed(self) -> bool:
        return bool(self.rivals)


def judge(claims: Iterable[Claim], overruled: Collection[tuple[str, str]] = ()) -> Verdict | None:
    """The best source's word is kept, among equals the newest. Whoever says otherwise is a rival, unless his
    word is outdated, says the same in other words, or a decision has overruled just this (source, value)."""
    standing = sorted((claim for claim in claims if claim.value), key=lambda claim: claim.source)
    if not standing:
        return None
    best = min(claim.rank for claim in standing)
    kept = max((claim for claim in standing if claim.rank == best), key=lambda claim: claim.as_of)
    rivals = (
        claim
        for claim in standing
        if not claim.agrees(kept)
        and not is_outdated(claim, kept)
        and (claim.source, claim.value) not in overruled
    )
    return Verdict(kept, tuple(sorted(rivals, key=lambda claim: (claim.rank, claim.source))))


def is_outdated(claim: Claim, kept: Claim) -> bool:
    """Whether a claim needs no look any more: the kept source counts for more and is as new, or counts alike
    by the table and is newer. Sources that the table does not rank never outdate one another."""
    if kept.rank < claim.rank:
        return kept.as_of >= claim.as_of
    return kept.rank == claim.rank < LAST and kept.as_of > claim.as_of
