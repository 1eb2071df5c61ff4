"""Finding an item by everyday words, pinyin or initials. Pure: texts in, ranked codes out."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

MAX_QUERY = 60
MAX_KEPT, MIN_KEPT, DIGITS_KEPT = (
    20,
    2,
    4,
)  # characters and digits of a vain search that may be kept
EXACT, STARTS, INSIDE, CHARACTERS = 4, 3, 2, 1
SPOKEN = re.compile(r"[\s，。？！、,.?!“”\"'：:；;（）()]+")
# What people say around the thing they want; without these words the thing itself remains.
FILLERS = "我要 我想 怎么 如何 怎样 办理 申请 在哪 哪里 可以 办 了 吗 呢 的 能".split()

WORD = re.compile(r"[a-z]+")
SMALL_WORDS = frozenset(
    "the and for with have has had how can get got where what you your our out from".split()
)


def normalise(query: str) -> str:
    return SPOKEN.sub("", unicodedata.normalize("NFKC", query).lower())[:MAX_QUERY]


def keepable(query: str) -> str:
    """A search that found nothing as it may be kept, or "": short words, no numbers that could be somebody's."""
    text = normalise(query)
    is_fit = MIN_KEPT <= len(text) <= MAX_KEPT and text.isprintable() and "@" not in text
    return text if is_fit and sum(map(str.isdigit, text)) <= DIGITS_KEPT else ""


def strip_fillers(query: str) -> str:
    for word in FILLERS:
        query = query.replace(word, "")
    return query


def rank(query: str, search_texts: Iterable[tuple[str, str]]) -> list[str]:
    """The codes of (code, search text) that answer the query, best first.

    A search text holds one term a line (ItemVersion.search_text). Whole terms go before beginnings,
    these before parts; last come items that share most characters with a spoken question.
    """
    wanted = normalise(query)
    if not wanted:
        return []
    core = strip_fillers(wanted) or wanted
    scored = []
    for code, text in search_texts:
        terms = [line.replace(" ", "") for line in text.split("\n")]
        best = max(_score(wanted, terms), _score(core, terms), _words_score(query, text))
        if best:
            scored.append((-best, code))
    return [code for _negative, code in sorted(scored)]


def _score(query: str, terms: Sequence[str]) -> float:
    return max((_match(query, term) for term in terms if term), default=0.0)


def _words_score(query: str, text: str) -> float:
    """English is asked in words: the share of the longer ones that an item's terms hold, from a half on."""
    words = [
        word for word in WORD.findall(query.lower()) if len(word) > 2 and word not in SMALL_WORDS
    ]
    if len(words) < 2:
        return 0.0
    held = sum(word in text for word in words) / len(words)
    return CHARACTERS * held if held >= 0.5 else 0.0


def _match(query: str, term: str) -> float:
    if term == query:
        return EXACT
    if len(query) >= 2 and term.startswith(query):
        return STARTS
    if query.isascii():
        return INSIDE if len(query) >= 4 and query in term else 0.0
    if len(query) >= 2 and len(term) >= 2 and (query in term or term in query):
        return INSIDE
    return _shared(query, term)


def _shared(query: str, term: str) -> float:
    """The share of a term's two-character pieces that a Chinese question holds; below a half it says nothing."""
    if query.isascii() or len(term) < 3 or term.isascii():
        return 0.0
    pieces = {term[i : i + 2] for i in range(len(term) - 1)}
    share = sum(piece in query for piece in pieces) / len(pieces)
    return CHARACTERS * share if share >= 0.5 else 0.0
