from community.governance.actions.calendar import load_year, publish_year, set_day, withdraw_year
from community.governance.actions.places import load_places, read_places
from community.governance.actions.posts import appoint, end_post

__all__ = ["appoint", "end_post", "load_places", "load_year", "publish_year", "read_places", "set_day", "withdraw_year"]
