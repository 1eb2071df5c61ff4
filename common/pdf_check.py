"""Reads the structure of a PDF without rendering it, and says no to everything that acts, hides or attaches.

A PDF is kept as it came (it is not re-encoded), so the check is strict where a viewer is lenient:

* The file is walked from the first byte to the last as a sequence of objects, cross-reference tables and trailers.
  What does not fit that grammar is refused, so nothing is skipped unread; only the data of streams is opaque.
* A viewer jumps to objects by offset. An ``obj`` keyword that the walk did not meet (inside a stream, a string or a
  comment) is therefore refused.
* Objects inside compressed object streams (PDF 1.5) are inflated within limits and read too.
* Names are compared after undoing ``#xx`` escapes. The long ones are also looked for in the raw bytes.

Not checked: pictures and fonts inside the file, what the page content draws, links that a reader may click,
and whether a signature is valid. Runs only in the limited child process (common.upload_child).
"""

import re
import zlib
from collections.abc import Iterator

MAX_PAGES = 200
MAX_TOKENS = 1_500_000
MAX_DEPTH = 60
MAX_INFLATED = 48 * 1024 * 1024  # all object streams of one file together, bytes

# Everything that runs, opens, sends, plays or carries another file.
ACTIVE = frozenset(
    {
        b"JavaScript", b"JS", b"AA", b"Launch", b"SubmitForm", b"ImportData", b"GoToE", b"Rendition",
        b"RichMedia", b"RichMediaSettings", b"Movie", b"Sound", b"3D", b"XFA",
    }
)  # fmt: skip
ATTACHED = frozenset({b"EmbeddedFile", b"EmbeddedFiles"})
ENCRYPTED = frozenset({b"Encrypt"})

SPACE = b"\x00\t\n\x0c\r "
DELIMITER = rb"\x00\t\n\x0c\r ()<>\[\]{}/%"
_SKIP = re.compile(rb"(?:[\x00\t\n\x0c\r ]+|%[^\r\n]*)*+")
_TOKEN = re.compile(
    rb"(?P<name>/[^" + DELIMITER + rb"]*)|(?P<open><<|\[)|(?P<close>>>|\])"
    rb"|(?P<hex><[0-9A-Fa-f\x00\t\n\x0c\r ]*>)|(?P<string>\()|(?P<word>[^" + DELIMITER + rb"]+)"
)
_STRING_PART = re.compile(rb"[()]|\\.", re.DOTALL)
_INTEGER = re.compile(rb"[+-]?\d{1,10}")
_STREAM = re.compile(rb"\r?\n|\r")
_OBJ = re.compile(rb"(?<=[\x00\t\n\x0c\r ])obj(?=[" + DELIMITER + rb"]|\Z)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class Refused(Exception):
    """`code` is one of the codes of common.uploads."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Name(bytes):
    """A PDF name without its slash and without escapes."""


class Word(bytes):
    """A keyword, a reference or a number that is not an integer: nothing that the check looks into."""


Value = dict[bytes, "Value"] | list["Value"] | Name | Word | int | bytes


def _raw_name(name: bytes) -> bytes:
    """A pattern for the name in raw bytes, each character as itself or as its #xx escape."""
    return b"".join(b"(?:%s|#(?i:%02x))" % (re.escape(bytes([c])), c) for c in name)


# Names of fewer than six bytes turn up in compressed data by chance; those are looked for by the walk only.
_RAW = re.compile(
    b"/(?:"
    + b"|".join(
        b"(?P<n%d>%s)" % (i, _raw_name(name))
        for i, name in enumerate(sorted(n for n in ACTIVE | ATTACHED | ENCRYPTED if len(n) >= 6))
    )
    + b")(?=["
    + DELIMITER
    + rb"]|\Z)"
)


def _judge(name: bytes) -> None:
    if name in ACTIVE:
        raise Refused("pdf_active")
    if name in ATTACHED:
        raise Refused("pdf_attachment")
    if name in ENCRYPTED:
        raise Refused("pdf_encrypted")


def _judge_raw(data: bytes) -> None:
    for match in _RAW.finditer(data):
        _judge(_unescape(match[0][1:]))


def _unescape(raw: bytes) -> bytes:
    return _ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), raw) if b"#" in raw else raw


class _Reader:
    """Values from bytes. Every name passes `_judge` on the way."""

    def __init__(self, data: bytes, budget: list[int]) -> None:
        self.data = data
        self.pos = 0
        self.budget = budget  # one cell, shared by all readers of a file

    def skip(self) -> None:
        match = _SKIP.match(self.data, self.pos)
        self.pos = match.end() if match else self.pos

    def next(self) -> re.Match[bytes] | None:
        """The next token, or None at the end."""
        self.skip()
        if self.pos >= len(self.data):
            return None
        self.budget[0] -= 1
        if self.budget[0] < 0:
            raise Refused("too_complex")
        match = _TOKEN.match(self.data, self.pos)
        if match is None:
            raise Refused("pdf_structure")
        self.pos = match.end()
        return match

    def value(self, token: re.Match[bytes] | None, depth: int = 0) -> Value:
        if token is None or depth > MAX_DEPTH:
            raise Refused("pdf_structure")
        kind, text = token.lastgroup, token[0]
        if kind == "name":
            return self._name(text)
        if kind == "open":
            items = list(self._items(b">>" if text == b"<<" else b"]", depth))
            return self._dictionary(items) if text == b"<<" else items
        if kind == "string":
            self._skip_string()
            return b""
        if kind == "close":
            raise Refused("pdf_structure")
        if kind == "word":
            return int(text) if _INTEGER.fullmatch(text) else Word(text)
        return text

    @staticmethod
    def _name(text: bytes) -> Name:
        name = Name(_unescape(text[1:]))
        _judge(name)
        return name

    def _items(self, end: bytes, depth: int) -> Iterator[Value]:
        while True:
            token = self.next()
            if token is not None and token.lastgroup == "close":
                if token[0] != end:
                    raise Refused("pdf_structure")
                return
            yield self.value(token, depth + 1)

    @staticmethod
    def _dictionary(items: list[Value]) -> dict[bytes, Value]:
        """Pairs of name and value; a reference such as `12 0 R` counts as one value."""
        flat: list[Value] = []
        for item in items:
            if item == b"R" and isinstance(item, Word) and len(flat) >= 3:
                del flat[-1:]
                flat[-1] = item
            else:
                flat.append(item)
        found: dict[bytes, Value] = {}
        for key, value in zip(flat[::2], flat[1::2], strict=False):
            if not isinstance(key, Name) or key in found:  # a key twice: two viewers read two files
                raise Refused("pdf_structure")
            found[key] = value
        if len(flat) % 2:
            raise Refused("pdf_structure")
        return found

    def _skip_string(self) -> None:
        depth = 1
        for part in _STRING_PART.finditer(self.data, self.pos):
            depth += {b"(": 1, b")": -1}.get(part[0], 0)
            if not depth:
                self.pos = part.end()
                return
        raise Refused("pdf_structure")


class _Walk:
    """One pass over the file; collects the pages and the places where objects begin."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.budget = [MAX_TOKENS]
        self.read = _Reader(data, self.budget)
        self.pages = 0
        self.starts: set[int] = set()
        self.inflated = 0
        self.has_root = False
        self.has_end = False

    def run(self) -> int:
        recent: list[bytes] = []  # the two words before an `obj`
        while (token := self.read.next()) is not None:
            word = token[0]
            if word == b"obj" and len(recent) == 2 and all(map(_INTEGER.fullmatch, recent)):
                self.starts.add(token.start())
                self._object()
            elif word == b"trailer":
                self._trailer(self.read.value(self.read.next()))
            elif token.lastgroup != "word":
                raise Refused("pdf_structure")
            elif word == b"startxref":
                self.has_end = True
            elif word not in {b"xref", b"n", b"f", b"endobj"} and not _INTEGER.fullmatch(word):
                raise Refused("pdf_structure")
            recent = [*recent[-1:], word]
        self._finish()
        return self.pages

    def _object(self) -> None:
        value = self.read.value(self.read.next())
        self._note(value)
        mark = self.read.pos
        self.read.skip()
        if self.data.startswith(b"stream", self.read.pos) and isinstance(value, dict):
            self.read.pos += len(b"stream")
            self._stream(value)
        elif isinstance(value, int):  # `5 0 obj 12 0 R endobj` is legal: step over the reference
            while (token := self.read.next()) is not None and token[0] != b"endobj":
                self.read.value(token)
        else:
            self.read.pos = mark

    def _note(self, value: Value) -> None:
        if isinstance(value, dict) and value.get(b"Type") == b"Page":
            self.pages += 1
            if self.pages > MAX_PAGES:
                raise Refused("pdf_pages")

    def _trailer(self, value: Value) -> None:
        self.has_root |= isinstance(value, dict) and b"Root" in value

    def _stream(self, entries: dict[bytes, Value]) -> None:
        line = _STREAM.match(self.data, self.read.pos)
        if line is None:
            raise Refused("pdf_structure")
        begin, length = line.end(), entries.get(b"Length")
        end = begin + length if isinstance(length, int) and length >= 0 else begin
        if self.data[end : end + 32].lstrip(SPACE)[:9] != b"endstream":
            end = begin
        end = self.data.find(b"endstream", end)
        if end < 0:
            raise Refused("damaged")
        self.read.pos = end + len(b"endstream")
        if entries.get(b"Type") == b"XRef":
            self._trailer(entries)
        if entries.get(b"Type") == b"ObjStm" or b"First" in entries:
            self._object_stream(entries, begin, end)

    def _object_stream(self, entries: dict[bytes, Value], begin: int, end: int) -> None:
        """Read the objects that lie compressed in a stream (ISO 32000-1, 7.5.7)."""
        first = entries.get(b"First")
        if not isinstance(first, int) or first < 0:
            raise Refused("pdf_structure")
        inner = _Reader(self._inflate(entries, self.data[begin:end]), self.budget)
        _judge_raw(inner.data)
        inner.pos = first
        while (token := inner.next()) is not None:
            self._note(inner.value(token))

    def _inflate(self, entries: dict[bytes, Value], raw: bytes) -> bytes:
        filters = entries.get(b"Filter", [])
        filters = filters if isinstance(filters, list) else [filters]
        if b"DecodeParms" in entries or filters not in ([], [b"FlateDecode"]):
            raise Refused("pdf_structure")
        if not filters:
            return raw
        unpack = zlib.decompressobj()
        try:
            text = unpack.decompress(raw, MAX_INFLATED - self.inflated + 1)
        except zlib.error as error:
            raise Refused("damaged") from error
        self.inflated += len(text)
        if self.inflated > MAX_INFLATED:
            raise Refused("too_complex")
        if not unpack.eof:
            raise Refused("damaged")
        return text

    def _finish(self) -> None:
        if not (self.has_end and self.has_root and self.pages):
            raise Refused("damaged")
        if any(m.start() not in self.starts for m in _OBJ.finditer(self.data)):
            raise Refused("pdf_structure")


def check_pdf(data: bytes) -> int:
    """The number of pages; raises Refused(code). The bytes must begin with the header and end with the end mark."""
    if not re.match(rb"%PDF-(?:1\.[0-7]|2\.0)[\x00\t\n\x0c\r ]", data):
        raise Refused("pdf_structure")
    tail = data.rfind(b"%%EOF")
    if tail < 0:
        raise Refused("damaged")
    if data[tail + 5 :].strip(SPACE):  # something rides behind the document
        raise Refused("pdf_structure")
    if b"PK\x05\x06" in data[-66_000:]:  # a zip reader would open this file as an archive
        raise Refused("pdf_structure")
    _judge_raw(data)
    return _Walk(data).run()
