from dashboards.models.fact import CountedDay, DailyFact

__all__ = ["CountedDay", "DailyFact"]
