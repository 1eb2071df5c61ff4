from residents.rights.actions.consents import give_consent, withdraw_consent
from residents.rights.actions.copies import ask_copy, expire_copies, make_copy, open_copy
from residents.rights.actions.corrections import (
    accept_correction,
    file_correction,
    look_at_correction,
    open_paper,
    refuse_correction,
    reveal_correction,
    withdraw_correction,
)
from residents.rights.actions.deletions import (
    accept_deletion,
    file_deletion,
    look_at_deletion,
    refuse_deletion,
    withdraw_deletion,
)
from residents.rights.actions.family import (
    ask_member,
    change_family,
    end_guardian,
    look_at_member,
    record_guardian,
)
from residents.rights.actions.kin import (
    answer_kin_request,
    file_kin_request,
    look_at_kin,
    withdraw_kin_request,
)
from residents.rights.actions.loading import load_rights

__all__ = [
    "accept_correction",
    "accept_deletion",
    "answer_kin_request",
    "ask_copy",
    "ask_member",
    "change_family",
    "end_guardian",
    "expire_copies",
    "file_correction",
    "file_deletion",
    "file_kin_request",
    "give_consent",
    "load_rights",
    "look_at_correction",
    "look_at_deletion",
    "look_at_kin",
    "look_at_member",
    "make_copy",
    "open_copy",
    "open_paper",
    "record_guardian",
    "refuse_correction",
    "refuse_deletion",
    "reveal_correction",
    "withdraw_consent",
    "withdraw_correction",
    "withdraw_deletion",
    "withdraw_kin_request",
]
