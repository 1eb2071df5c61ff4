from dashboards.actions.facts import count_day, recount
from dashboards.actions.watching import watch_sealing

__all__ = ["count_day", "recount", "watch_sealing"]
