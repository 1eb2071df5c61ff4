from dashboards.actions.facts import count_days, recount
from dashboards.actions.watching import watch_sealing

__all__ = ["count_days", "recount", "watch_sealing"]
