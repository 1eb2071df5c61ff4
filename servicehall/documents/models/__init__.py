from servicehall.documents.models.authority import Letterhead, NumberMark, NumberSeries, Seal
from servicehall.documents.models.letter import Letter, LetterText

__all__ = ["Letter", "LetterText", "Letterhead", "NumberMark", "NumberSeries", "Seal"]
