"""Fonts by what they are used for, and which one has a character. Read from the system, embedded in every PDF."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFError, TTFont

DATA = Path(__file__).resolve().parents[1] / "data" / "fonts.yaml"


def _to_unicode(fontname: str, subset: Sequence[int]) -> str:
    """What the glyphs of a subset mean, for search and for reading aloud.

    reportlab writes characters beyond the first plane as five digits, which reads as something else; names in
    GB 18030 need them as pairs of UTF-16.
    """
    pairs = [
        f"<{place:02X}> <{chr(code).encode('utf-16-be', 'surrogatepass').hex().upper()}>"
        for place, code in enumerate(subset)
    ]
    parts = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({fontname}) /Ordering ({fontname}) /Supplement 0 >> def",
            f"/CMapName /{fontname} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            f"<00> <{len(subset) - 1:02X}>",
            "endcodespacerange",
            *(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


ttfonts.makeToUnicodeCMap = _to_unicode


class NoFonts(Exception):
    """No font of the list is installed: there can be no PDF, the page still prints."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font that is open. `is_light`: it has no bold of its own and is drawn heavier where one is asked for."""

    name: str
    glyphs: Any  # code points to glyphs
    is_light: bool

    def has(self, character: str) -> bool:
        return ord(character) in self.glyphs

    def width(self, text: str, size: float) -> float:
        return float(pdfmetrics.stringWidth(text, self.name, size))


@functools.cache
def _plan() -> dict[str, Any]:
    plan: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return plan


@functools.cache
def _installed() -> dict[str, Path]:
    """Every file of the list that is there, by name; the first folder wins."""
    wanted = {name for names in _plan()["roles"].values() for name in names} | set(_plan()["rare"])
    found: dict[str, Path] = {}
    for folder in map(Path, settings.DOCUMENT_FONT_DIRS):
        for path in sorted(folder.rglob("*.tt[fc]")) + sorted(folder.rglob("*.TTF")):
            if path.name in wanted:
                found.setdefault(path.name, path)
    return found


@functools.cache
def _face(entry: str) -> Face | None:
    """Open a font, once in a process. None where it is not installed or cannot be embedded."""
    name, _mark, index = entry.partition("#")
    path = _installed().get(name)
    if path is None:
        return None
    try:
        font = TTFont(entry, str(path), subfontIndex=int(index or 0))
    except TTFError:
        return None
    pdfmetrics.registerFont(font)
    return Face(entry, font.face.charToGlyph, name in _plan()["light"])


def _chain(role: str) -> Iterator[Face]:
    """The fonts of a role in order, then those of rare characters, then whatever else is there. Opened as needed."""
    plan = _plan()
    others = [entry for entries in plan["roles"].values() for entry in entries]
    for entry in dict.fromkeys([*plan["roles"][role], *plan["rare"], *others]):
        if (face := _face(entry)) is not None:
            yield face


@functools.lru_cache(maxsize=20_000)
def face_for(character: str, role: str) -> Face | None:
    """The first font that has the character; None where none has."""
    return next((face for face in _chain(role) if face.has(character)), None)


def can_show(text: str) -> bool:
    """Whether every character has a font, and none of a script whose letters change with their neighbours."""
    return all(
        not 0x0590 <= ord(c) <= 0x1CFF and (c == " " or face_for(c, "body") is not None)
        for c in text
    )


def check() -> None:
    """Raises NoFonts."""
    if next(_chain("body"), None) is None:
        raise NoFonts


def missing() -> list[str]:
    """The roles that no font of their own serves; for the system check."""
    return [
        role
        for role, entries in [*_plan()["roles"].items(), ("rare", _plan()["rare"])]
        if not any(entry.partition("#")[0] in _installed() for entry in entries)
    ]
