"""Setting lines on the grid of GB/T 9704: full-width characters in cells, numbers and Latin by their own width.

A line never begins with a closing mark nor ends with an opening one, and words and numbers are not torn.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from servicehall.documents.pdf.fonts import Face, face_for

NOT_FIRST = set("，。、；：？！）》〉」』】〕’”％%,.;:?!)]}·—…")
NOT_LAST = set("（《〈「『【〔‘“([{")


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character (or the readable code of one that no font has) and where it stands in its line."""

    text: str
    face: Face
    width: float
    is_word: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font that follow each other at equal distances."""

    text: str
    face: Face
    x: float
    spacing: float


Line = list[Glyph]


def glyphs(text: str, role: str, *, size: float, pitch: float) -> list[Glyph]:
    """`pitch` is the cell of a full-width character."""
    return [glyph for character in text for glyph in _glyphs(character, role, size, pitch)]


def _glyphs(character: str, role: str, size: float, pitch: float) -> Iterator[Glyph]:
    category = unicodedata.category(character)
    # Fonts disagree about characters of private use, so none is believed.
    face = None if category == "Co" else face_for(character, role)
    if face is None:
        # Never an empty box: what no font can show is named by its code, and so can be read and written in.
        code = "" if category in {"Cc", "Cf"} else f"[U+{ord(character):04X}]"
        for part in code:
            yield from _glyphs(part, role, size, pitch)
        return
    advance = face.width(character, size)
    is_full = advance > 0.9 * size or unicodedata.east_asian_width(character) in "WF"
    width = pitch if is_full else advance
    is_word = not is_full and character != " " and character not in NOT_FIRST | NOT_LAST
    yield Glyph(character, face, width, is_word)


def lines(all_glyphs: list[Glyph], *, width: float, indent: float = 0) -> list[Line]:
    """Break into lines of at most `width`; the first is shorter by `indent`."""
    done: list[Line] = []
    line: Line = []
    used = indent
    for piece in _pieces(all_glyphs):
        size = sum(glyph.width for glyph in piece)
        if line and used + size > width + 0.01:
            done.append(_trimmed(line))
            line, used = [], 0.0
            if piece[0].text == " ":
                piece = piece[1:]
        for glyph in piece:
            if line and used + glyph.width > width + 0.01:  # a word longer than a line
                done.append(line)
                line, used = [], 0.0
            line.append(glyph)
            used += glyph.width
    return [*done, line] if line or not done else done


def _trimmed(line: Line) -> Line:
    return line[:-1] if line[-1].text == " " else line


def _pieces(all_glyphs: list[Glyph]) -> Iterator[list[Glyph]]:
    """What must stay together: words, and marks with the character that they belong to."""
    piece: list[Glyph] = []
    for glyph in all_glyphs:
        if piece and not _holds(piece[-1], glyph):
            yield piece
            piece = []
        piece.append(glyph)
    if piece:
        yield piece


def _holds(before: Glyph, after: Glyph) -> bool:
    return (before.is_word and after.is_word) or after.text in NOT_FIRST or before.text in NOT_LAST


def runs(line: Line, *, size: float) -> Iterator[Run]:
    """The line as few strokes of the pen: neighbours of one font and one kind of cell together."""
    x = 0.0
    placed = []
    for glyph in line:
        placed.append((x, glyph))
        x += glyph.width

    def sort(entry: tuple[float, Glyph]) -> tuple[str, float]:
        glyph = entry[1]
        return glyph.face.name, round(glyph.width - glyph.face.width(glyph.text, size), 3)

    for (_name, spacing), group in groupby(placed, key=sort):
        entries = list(group)
        text = "".join(glyph.text for _x, glyph in entries)
        yield Run(text, entries[0][1].face, entries[0][0], spacing)


def length(line: Line) -> float:
    return sum(glyph.width for glyph in line)
