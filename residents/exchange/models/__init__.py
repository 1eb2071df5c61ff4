from residents.exchange.models.batch import ImportBatch, LayoutMemory
from residents.exchange.models.row import ImportRow, MatchMemory

__all__ = ["ImportBatch", "ImportRow", "LayoutMemory", "MatchMemory"]
