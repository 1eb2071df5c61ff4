"""The only writers of the service hall, one function per verb."""

from servicehall.cases.actions.applicant import answer_supplement, lapse, rate, withdraw
from servicehall.cases.actions.by_program import file_once, withdraw_once
from servicehall.cases.actions.filing import discard_draft, save_draft, start_draft, submit
from servicehall.cases.actions.handling import (
    accept,
    ask_supplement,
    decline,
    deliver,
    finish_at_once,
)
from servicehall.cases.actions.looking import offers, open_case, reveal_in_case
from servicehall.cases.actions.moving import move_draft
from servicehall.cases.actions.proposing import decline_proposal, propose, tell
from servicehall.cases.actions.review import forward, grant, refuse, send_back

__all__ = [
    "accept",
    "answer_supplement",
    "ask_supplement",
    "decline",
    "decline_proposal",
    "deliver",
    "discard_draft",
    "file_once",
    "finish_at_once",
    "forward",
    "grant",
    "lapse",
    "move_draft",
    "offers",
    "open_case",
    "propose",
    "rate",
    "refuse",
    "reveal_in_case",
    "save_draft",
    "send_back",
    "start_draft",
    "submit",
    "tell",
    "withdraw",
    "withdraw_once",
]
