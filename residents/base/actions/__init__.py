from residents.base.actions.columns import name_columns, number_columns, phone_columns
from residents.base.actions.people import (
    bind_account,
    open_file,
    register_person,
    reveal,
    tie_staff,
    update_phone,
)
from residents.base.actions.saying import Said, Statement, foresee, say

__all__ = [
    "Said",
    "Statement",
    "bind_account",
    "foresee",
    "name_columns",
    "number_columns",
    "open_file",
    "phone_columns",
    "register_person",
    "reveal",
    "say",
    "tie_staff",
    "update_phone",
]
