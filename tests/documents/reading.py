"""Reading a PDF as its reader would."""

from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw


@dataclass(frozen=True)
class Read:
    pages: int
    text: str
    fonts: dict[str, bool]  # name → embedded
    title: str


def read_pdf(data: bytes) -> Read:
    with pypdfium2.PdfDocument(data) as document:
        pages = [document[n] for n in range(len(document))]
        texts, fonts = [], {}
        for page in pages:
            text = page.get_textpage()
            texts.append(text.get_text_range())
            text.close()
            for part in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
                font = raw.FPDFTextObj_GetFont(part)
                name = b"\0" * 100
                raw.FPDFFont_GetBaseFontName(font, name, 100)
                fonts[name.rstrip(b"\0").decode()] = bool(raw.FPDFFont_GetIsEmbedded(font))
        title = document.get_metadata_value("Title")
        for page in pages:
            page.close()
    return Read(len(texts), "\n".join(texts), fonts, title)


def joined(text: str) -> str:
    """Without the breaks between lines, which fall where they fall."""
    return "".join(text.split())
