from dashboards.actions.facts import count_day, recount

__all__ = ["count_day", "recount"]
