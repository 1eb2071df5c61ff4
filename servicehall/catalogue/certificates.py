"""The certificates that a community may not issue (民发〔2020〕20号): found by words, refused with the right office."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.names import initials, pinyin_key
from servicehall.catalogue import finding
from servicehall.catalogue.models import ItemVersion, NegativeCertificate
from servicehall.catalogue.wording import in_words

LEAST = 4  # characters of a term that says by itself which certificate is meant: 亲属关系, not 出生
MOST_SHOWN = 2


def found(query: str) -> list[NegativeCertificate]:
    """Certificates that may not be issued and that the words ask for: the plainest hits."""
    rows = {row.code: row for row in NegativeCertificate.objects.public()}
    texts = [(code, terms(row, with_pinyin=query.isascii())) for code, row in rows.items()]
    return [rows[code] for code in finding.rank(query, texts)[:MOST_SHOWN]]


def terms(row: NegativeCertificate, *, with_pinyin: bool) -> str:
    """One term a line, as finding.rank reads them; a Chinese question needs no pinyin."""
    chinese = [row.name["zh"], *row.synonyms]
    lines = [*chinese, row.name.get("en", "")]
    if with_pinyin:
        for term in chinese:
            lines += [pinyin_key(term).replace(" ", ""), *initials(term)]
    return "\n".join(dict.fromkeys(line.lower() for line in lines if line))


def refusal_of(words: str, item_code: str) -> str | Promise:
    """Why an item may not issue what the words ask for, with the right office; "" where it may.

    Strict, for it stands in the way: a whole term of the list must be in the words, and the item must not be the
    one that the list itself names.
    """
    plain = finding.normalise(words)
    for row in NegativeCertificate.objects.public():
        named = [row.name["zh"], *row.synonyms]
        is_meant = any(len(term) >= LEAST and finding.normalise(term) in plain for term in named)
        if is_meant and item_code not in {row.item_id, row.exception.get("item")}:
            return _("社区不能开“%(name)s”（民发〔2020〕20号）。请去：%(office)s。") % {
                "name": row,
                "office": in_words(row.office),
            }
    return ""


def refusals_in(version: ItemVersion, answers: Mapping[str, Any]) -> dict[str, str | Promise]:
    """The answers that ask an item for a certificate which nobody may issue, by question, with the right office."""
    found = {
        question["key"]: refusal_of(spoken(question, answers[question["key"]]), version.item_id)
        for question in version.fields
        if question.get("no_certificates") and answers.get(question["key"])
    }
    return {key: text for key, text in found.items() if text}


def spoken(question: Mapping[str, Any], value: Any) -> str:
    """An answer in the words that people read: of a choice its label."""
    labels = {str(o["value"]): o["label"]["zh"] for o in question.get("options") or []}
    return str(labels.get(str(value), value))


def is_issued_by(version: ItemVersion) -> bool:
    """Whether the item issues certificates: one of its questions says so."""
    return any(question.get("no_certificates") for question in version.fields)
