"""A letter on sheets of A4 (GB/T 9704-2012): margins, 22 lines of 28 characters, heading levels, seal, page numbers.

Where the standard's fonts are not installed others stand in (data/fonts.yaml); the measures stay.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno
from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from servicehall.documents import sealing
from servicehall.documents.pdf import fonts
from servicehall.documents.pdf.setting import Line, glyphs, length, lines, runs

WIDTH, HEIGHT = A4
TOP, LEFT = 37 * mm, 28 * mm  # 天头、订口
MEASURE, DEPTH = 156 * mm, 225 * mm  # 版心
PER_LINE, PER_PAGE = 28, 22
PITCH, LEADING = MEASURE / PER_LINE, DEPTH / PER_PAGE
TITLE, BODY, SMALL, NOTE = 22, 16, 14, 10.5  # 2号, 3号, 4号, 5号
RED = Color(0.82, 0.07, 0.07)
HEADS = {"h1": "heading", "h2": "second", "h3": "body"}
FOOT = 3  # lines that contact, check and QR code take at the end
UNSEALED = "（未加盖电子印章）"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the letter. `at`: left, middle or right; `lines` is how many of the 22 it takes."""

    line: Line
    size: float = BODY
    at: str = "left"
    shift: float = 0
    lines: float = 1
    is_bold: bool = False
    colour: Color = black


def draw(words: Mapping[str, Any], *, check_url: str, seal: bytes | None = None) -> bytes:
    """The PDF. `check_url` goes into the QR code; `seal` is the image of the seal, where it has one.

    Raises fonts.NoFonts.
    """
    fonts.check()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, lang="zh-CN", pageCompression=1)
    canvas.setTitle(f"{words['title']} {words['number']}")
    canvas.setAuthor(words["body"])
    canvas.setSubject(f"{words['item']} {words['case']}")
    canvas.setCreator("一站")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    sheet = Sheet(canvas)
    for row in _head(words):
        sheet.put(row)
    sheet.rule()
    for row in _title(words):
        sheet.put(row)
    body = _body(words)
    kept = body[-2:]  # a signature never stands on a page alone
    for row in body[:-2]:
        sheet.put(row)
    sheet.need(sum(row.lines for row in kept) + _tail_lines(words))
    for row in kept:
        sheet.put(row)
    _sign(sheet, words, seal)
    _foot(sheet, words, check_url)
    sheet.number()
    canvas.save()
    return file.getvalue()


class Sheet:
    """Where the pen is: `used` lines of the page are full."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.page, self.used = canvas, 1, 0.0

    @property
    def y(self) -> float:
        return float(HEIGHT - TOP - self.used * LEADING)

    def need(self, count: float) -> None:
        """Turn the page unless so many lines still fit."""
        if self.used + count > PER_PAGE and self.used > 0:
            self.number()
            self.canvas.showPage()
            self.page, self.used = self.page + 1, 0.0

    def put(self, row: Row) -> None:
        self.need(row.lines)
        room = row.lines * LEADING
        baseline = self.y - room / 2 - row.size * 0.36
        self.write(row.line, self._x(row), baseline, row)
        self.used += row.lines

    def _x(self, row: Row) -> float:
        free = MEASURE - length(row.line)
        return float(LEFT + {"left": 0, "middle": free / 2, "right": free}[row.at] + row.shift)

    def write(self, line: Line, x: float, y: float, row: Row) -> None:
        for run in runs(line, size=row.size):
            pen = self.canvas.beginText(x + run.x, y)
            pen.setFont(run.face.name, row.size)
            pen.setFillColor(row.colour)
            if row.is_bold and run.face.is_light:
                pen.setStrokeColor(row.colour)
                self.canvas.setLineWidth(row.size * 0.028)
                pen.setTextRenderMode(2)
            pen.setCharSpace(run.spacing)
            pen.textOut(run.text)
            pen.setTextRenderMode(0)
            self.canvas.drawText(pen)

    def rule(self) -> None:
        """The red line below the number."""
        self.canvas.setStrokeColor(RED)
        self.canvas.setLineWidth(1.1)
        y = self.y - 4 * mm + LEADING * 0.25
        self.canvas.line(LEFT, y, LEFT + MEASURE, y)
        self.used += 1

    def number(self) -> None:
        """— 1 — 7 mm below the text, on the outer side."""
        line = glyphs(f"— {self.page} —", "body", size=SMALL, pitch=SMALL)
        x = LEFT + PITCH if self.page % 2 == 0 else LEFT + MEASURE - PITCH - length(line)
        y = HEIGHT - TOP - DEPTH - 7 * mm - SMALL * 0.5
        self.write(line, x, y, Row(line, SMALL))


def _set(text: str, role: str = "body", *, size: float = BODY, indent: int = 0) -> list[Line]:
    pitch = PITCH if size == BODY else size
    return lines(glyphs(text, role, size=size, pitch=pitch), width=MEASURE, indent=indent * pitch)


def _head(words: Mapping[str, Any]) -> list[Row]:
    """发文机关标志, above it the name in a second script; below it the number."""
    rows = []
    if words["second_line"] and fonts.can_show(words["second_line"]):
        rows += [
            Row(line, SMALL, "middle", colour=RED)
            for line in _set(words["second_line"], size=SMALL)
        ]
    size = 28.0
    mark = glyphs(words["body"], "title", size=size, pitch=size)
    if length(mark) > MEASURE:
        size = size * MEASURE / length(mark) * 0.99
        mark = glyphs(words["body"], "title", size=size, pitch=size)
    rows.append(Row(mark, size, "middle", lines=2, is_bold=True, colour=RED))
    rows += [Row(line, BODY, "middle") for line in _set(words["number"])]
    return rows


def _title(words: Mapping[str, Any]) -> list[Row]:
    rows = [
        Row(line, TITLE, "middle", lines=1.5, is_bold=True)
        for line in _set(words["title"], "title", size=TITLE)
    ]
    rows.append(Row([], lines=0.5))
    rows += [Row(line) for line in (_set(words["to"]) if words["to"] else [])]
    return rows


def _body(words: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for block in words["blocks"]:
        role = HEADS.get(block["as"], "body")
        rows += _paragraph(block["text"], role)
    if words["attachments"]:
        rows.append(Row([]))
    single = len(words["attachments"]) == 1
    for number, title in enumerate(words["attachments"], start=1):
        start = "附件：" if number == 1 else "　　　"
        rows += _paragraph(f"{start}{'' if single else f'{number}. '}{title}", "body")
    return rows


def _paragraph(text: str, role: str) -> list[Row]:
    """Two characters in; the lines after the first begin at the margin."""
    return [
        Row(line, shift=2 * PITCH if place == 0 else 0)
        for place, line in enumerate(_set(text, role, indent=2))
    ]


def _tail_lines(words: Mapping[str, Any]) -> float:
    by_body = 4 if words["by_body"] else 1
    return by_body + 1.5 * len(words["sign"]) + FOOT


def _sign(sheet: Sheet, words: Mapping[str, Any], seal: bytes | None) -> None:
    """Name above date, the date four characters from the margin; the seal stands over both of them."""
    if words["by_body"]:
        sheet.used += 1.4 if words["seal"] else 0.6
        (date_line,), (name_line,) = _set(words["date"]), _set(words["body"])[:1]
        right = LEFT + MEASURE - 4 * PITCH
        middle = right - length(date_line) / 2
        middle = min(middle, LEFT + MEASURE - length(name_line) / 2)
        top = sheet.y
        for line in (name_line, date_line):
            sheet.write(line, middle - length(line) / 2, sheet.y - LEADING * 0.5 - 6, Row(line))
            sheet.used += 1
        if words["seal"]:
            _stamp(sheet.canvas, middle, top - LEADING * 0.65, words, seal)
            sheet.used += 0.5
        else:
            note = glyphs(UNSEALED, "body", size=SMALL, pitch=SMALL)
            sheet.write(
                note, middle - length(note) / 2, sheet.y - LEADING * 0.5 - 5, Row(note, SMALL)
            )
            sheet.used += 1
    for line in words["sign"]:
        sheet.used += 0.5
        for row in _paragraph(line, "body"):
            sheet.put(row)


def _stamp(
    canvas: Canvas, x: float, y: float, words: Mapping[str, Any], image: bytes | None
) -> None:
    canvas.saveState()
    canvas.translate(x, y)
    side = 2 * sealing.RADIUS * mm
    if image is not None:
        picture = ImageReader(io.BytesIO(image))
        canvas.drawImage(picture, -side / 2, -side / 2, side, side, mask="auto")
    else:
        _ring(canvas, words)
    canvas.restoreState()


def _ring(canvas: Canvas, words: Mapping[str, Any]) -> None:
    red = Color(RED.red, RED.green, RED.blue, alpha=0.86)
    canvas.setStrokeColor(red)
    canvas.setFillColor(red)
    canvas.setLineWidth(sealing.RING * mm)
    canvas.circle(0, 0, (sealing.RADIUS - sealing.RING / 2) * mm, stroke=1, fill=0)
    path = canvas.beginPath()
    for place, (px, py) in enumerate(sealing.star()):
        (path.lineTo if place else path.moveTo)(px * mm, py * mm)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
    for placed in [*sealing.around(words["body"]), *sealing.below(words["seal"]["name"])]:
        size = placed.size * mm
        canvas.saveState()
        canvas.translate(placed.x * mm, placed.y * mm)
        canvas.rotate(-placed.angle)
        canvas.scale(placed.squeeze, 1)
        line = glyphs(placed.text, "body", size=size, pitch=size)
        canvas.setLineWidth(size * 0.012)
        for run in runs(line, size=size):
            canvas.setFont(run.face.name, size)
            canvas.drawString(run.x - length(line) / 2, 0, run.text, mode=2)
        canvas.restoreState()


def _foot(sheet: Sheet, words: Mapping[str, Any], check_url: str) -> None:
    """How to reach somebody, and how to check that the letter is genuine: at the foot of the last page."""
    sheet.need(FOOT)
    sheet.used = max(sheet.used, PER_PAGE - FOOT)
    canvas, top = sheet.canvas, sheet.y
    canvas.setStrokeColor(black)
    canvas.setLineWidth(0.5)
    canvas.line(LEFT, top - 6, LEFT + MEASURE, top - 6)
    side = 25 * mm
    _qr(canvas, check_url, LEFT, top - 10 - side, side)
    notes = [
        *(f"{label}：{value}" for label, value in words["contact"]),
        f"投诉电话：{words['complaint']}",
        f"核验码：{spaced(words['code'])}（扫码核对真伪）",
        check_url,
    ]
    y = top - 10 - NOTE
    for note in notes:
        for line in lines(
            glyphs(note, "body", size=NOTE, pitch=NOTE), width=MEASURE - side - 4 * mm
        ):
            sheet.write(line, LEFT + side + 4 * mm, y - 2, Row(line, NOTE))
            y -= NOTE * 1.35
    sheet.used = PER_PAGE


def spaced(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def _qr(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    matrix: Sequence[Sequence[int]] = list(segno.make(text, error="m").matrix)
    cell = side / len(matrix)
    canvas.setFillColor(black)
    path = canvas.beginPath()
    for down, row in enumerate(matrix):
        for right, is_dark in enumerate(row):
            if is_dark:
                path.rect(x + right * cell, y + side - (down + 1) * cell, cell, cell)
    canvas.drawPath(path, stroke=0, fill=1)
