"""The only writers of the service hall, one function per verb."""

from servicehall.actions.applicant import answer_supplement, lapse, rate, withdraw
from servicehall.actions.by_program import file_once, withdraw_once
from servicehall.actions.catalogue import load_catalogue
from servicehall.actions.filing import discard_draft, save_draft, start_draft, submit
from servicehall.actions.handling import accept, ask_supplement, decline, deliver, finish_at_once
from servicehall.actions.looking import offers, open_case, reveal_in_case
from servicehall.actions.proposing import decline_proposal, propose, tell
from servicehall.actions.review import forward, grant, refuse, send_back
from servicehall.actions.searching import count_empty_search

__all__ = [
    "accept",
    "answer_supplement",
    "ask_supplement",
    "count_empty_search",
    "decline",
    "decline_proposal",
    "deliver",
    "discard_draft",
    "file_once",
    "finish_at_once",
    "forward",
    "grant",
    "lapse",
    "load_catalogue",
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
