"""What a channel is given, and what it reports back."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class Result(Enum):
    SENT = "sent"
    REFUSED = "refused"  # the provider will never take it: wrong number, wrong template
    NOT_TAKEN = "not_taken"  # certainly not accepted: try again later
    UNCERTAIN = "uncertain"  # given away, no answer: it may have arrived
    NOT_TRIED = "not_tried"  # we had no time left, or the gateway is being left in peace


@dataclass(frozen=True, slots=True)
class Letter:
    id: UUID
    to: str
    text: str
    gateway: str = ""  # through which provider; empty where there is none

    def __repr__(self) -> str:
        return f"Letter({self.id})"  # neither number nor text may reach a log


@dataclass(frozen=True, slots=True)
class Outcome:
    result: Result
    code: str = ""
    provider_id: str = ""
