from dashboards.models.fact import DailyFact

__all__ = ["DailyFact"]
