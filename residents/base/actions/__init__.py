from residents.base.actions.canaries import mark_canary, unmark_canary
from residents.base.actions.columns import name_columns, number_columns, phone_columns
from residents.base.actions.guarding import ProofNeeded, guard_reveal, raise_alarm
from residents.base.actions.people import (
    bind_account,
    open_file,
    register_person,
    reveal,
    tie_staff,
    untie_staff,
    update_phone,
)
from residents.base.actions.saying import Said, Statement, foresee, say, weigh_again

__all__ = [
    "ProofNeeded",
    "Said",
    "Statement",
    "bind_account",
    "foresee",
    "guard_reveal",
    "mark_canary",
    "name_columns",
    "number_columns",
    "open_file",
    "phone_columns",
    "raise_alarm",
    "register_person",
    "reveal",
    "say",
    "tie_staff",
    "unmark_canary",
    "untie_staff",
    "update_phone",
    "weigh_again",
]
