from residents.base.actions.people import (
    bind_account,
    name_columns,
    number_columns,
    open_file,
    phone_columns,
    register_person,
    reveal,
    tie_staff,
    update_phone,
)

__all__ = [
    "bind_account",
    "name_columns",
    "number_columns",
    "open_file",
    "phone_columns",
    "register_person",
    "reveal",
    "tie_staff",
    "update_phone",
]
