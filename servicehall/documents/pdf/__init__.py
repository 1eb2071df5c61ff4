"""Letters as PDF in the layout of GB/T 9704-2012, with embedded fonts. The same words give the same bytes."""

from servicehall.documents.pdf.fonts import NoFonts
from servicehall.documents.pdf.sheet import draw

__all__ = ["NoFonts", "draw"]
