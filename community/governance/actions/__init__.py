from community.governance.actions.calendar import load_year, publish_year, set_day, withdraw_year
from community.governance.actions.deputies import arrange_deputy, end_deputy
from community.governance.actions.places import load_places, read_places
from community.governance.actions.posts import appoint, end_post
from community.governance.actions.powers import grant_powers
from community.governance.actions.tokens import MadeToken, make_token, revoke_token, use_token

__all__ = [
    "MadeToken",
    "appoint",
    "arrange_deputy",
    "end_deputy",
    "end_post",
    "grant_powers",
    "load_places",
    "load_year",
    "make_token",
    "publish_year",
    "read_places",
    "revoke_token",
    "set_day",
    "use_token",
    "withdraw_year",
]
