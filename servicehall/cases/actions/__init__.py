"""The only writers of the service hall, one function per verb."""

from servicehall.cases.actions._core import check_conflict
from servicehall.cases.actions.accords import (
    answer_consultation,
    cancel_consultation,
    consult,
    keep_undertaking,
    remind_of_consultations,
)
from servicehall.cases.actions.again import start_again
from servicehall.cases.actions.applicant import answer_supplement, lapse, rate, withdraw
from servicehall.cases.actions.batches import go_on, look_ahead, start_batch
from servicehall.cases.actions.by_program import file_once, withdraw_once
from servicehall.cases.actions.clock import (
    begin_special,
    end_publicity,
    end_publicity_by_itself,
    end_publicity_claimed,
    end_special,
    extend,
    publicise,
    publicise_claimed,
    tacit_accept,
)
from servicehall.cases.actions.cosigning import answer_signature, record_signature
from servicehall.cases.actions.families import (
    discard_family,
    save_family,
    start_family,
    submit_family,
)
from servicehall.cases.actions.filing import (
    discard_draft,
    forget_drafts,
    is_proxy,
    open_draft,
    save_draft,
    start_draft,
    submit,
)
from servicehall.cases.actions.handling import (
    accept,
    ask_supplement,
    decline,
    deliver,
    finish_at_once,
)
from servicehall.cases.actions.looking import offers, open_case, reveal_in_case
from servicehall.cases.actions.mandating import record_mandate, revoke_mandate
from servicehall.cases.actions.messaging import read_messages, settle_messages, write_message
from servicehall.cases.actions.moving import move_draft
from servicehall.cases.actions.papers import (
    drop_paper,
    forget_papers,
    keep_paper,
    open_paper,
    use_paper,
)
from servicehall.cases.actions.proposing import decline_proposal, propose, tell
from servicehall.cases.actions.recomputing import recompute_clocks, tell_offices
from servicehall.cases.actions.rerouting import reroute_barred
from servicehall.cases.actions.review import (
    assign,
    forward,
    grant,
    refuse,
    reopen,
    send_back,
)

__all__ = [
    "accept",
    "answer_consultation",
    "answer_signature",
    "answer_supplement",
    "ask_supplement",
    "assign",
    "begin_special",
    "cancel_consultation",
    "check_conflict",
    "consult",
    "decline",
    "decline_proposal",
    "deliver",
    "discard_draft",
    "discard_family",
    "drop_paper",
    "end_publicity",
    "end_publicity_by_itself",
    "end_publicity_claimed",
    "end_special",
    "extend",
    "file_once",
    "finish_at_once",
    "forget_drafts",
    "forget_papers",
    "forward",
    "go_on",
    "grant",
    "is_proxy",
    "keep_paper",
    "keep_undertaking",
    "lapse",
    "look_ahead",
    "move_draft",
    "offers",
    "open_case",
    "open_draft",
    "open_paper",
    "propose",
    "publicise",
    "publicise_claimed",
    "rate",
    "read_messages",
    "recompute_clocks",
    "record_mandate",
    "record_signature",
    "refuse",
    "remind_of_consultations",
    "reopen",
    "reroute_barred",
    "reveal_in_case",
    "revoke_mandate",
    "save_draft",
    "save_family",
    "send_back",
    "settle_messages",
    "start_again",
    "start_batch",
    "start_draft",
    "start_family",
    "submit",
    "submit_family",
    "tacit_accept",
    "tell",
    "tell_offices",
    "use_paper",
    "withdraw",
    "withdraw_once",
    "write_message",
]
