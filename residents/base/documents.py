"""Which document a number belongs to: the shape of each number says it, so nobody has to choose (domain 3.1)."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from common.identity import InvalidIdNumber, check_id_number, normalise_id_number
from residents.base.enums import DocumentType

# 出生医学证明: a letter of the edition and nine digits. The first card of foreigners: country, place, birth, check.
BIRTH_CERTIFICATE = re.compile(r"[A-Z][0-9]{9}")
FOREIGN_FIRST = re.compile(r"[A-Z]{3}[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Document:
    """A number as it is kept, and what it says; a number without a birthday says nothing of the sex either."""

    type: DocumentType
    number: str
    birth_on: date | None = None
    sex: str = ""


def is_number(text: str) -> bool:
    """Whether a text has the shape of a full document number, so that it may be looked up as one."""
    number = normalise_id_number(text)
    return bool(re.fullmatch(r"[0-9]{17}[0-9X]", number) or _without_check(number))


def is_certificate(number: str) -> bool:
    """Whether a normalised number is that of a birth certificate: its holder gets another one later."""
    return bool(BIRTH_CERTIFICATE.fullmatch(number))


def read_document(text: str) -> Document:
    """The document behind a number; raises InvalidIdNumber.

    18 digits follow GB 11643 whoever holds them: 81 to 83 are permits of residents of Hong Kong, Macao and
    Taiwan, 9 is a foreigner's card since 2023. An empty text is no document.
    """
    number = normalise_id_number(text)
    if not number:
        return Document(DocumentType.NONE, "")
    kind = _without_check(number)
    if kind:
        return Document(kind, number)
    if re.match("[A-Z]", number):
        raise InvalidIdNumber(
            _("出生医学证明编号为1个字母加9位数字，旧版外国人永久居留证为3个字母加12位数字。")
        )
    found = check_id_number(number)
    kind = DocumentType.RESIDENT_ID
    if found.number[0] == "9":
        kind = DocumentType.FOREIGN_PERMANENT
    elif found.number[:2] in {"81", "82", "83"}:
        kind = DocumentType.HK_MO_TW_PERMIT
    return Document(kind, found.number, found.birth_on, found.sex)


def document_type_of(number: str) -> DocumentType:
    """Which document a kept number is of; none for one that could not be read today."""
    try:
        return read_document(number).type
    except InvalidIdNumber:
        return DocumentType.NONE


def _without_check(number: str) -> DocumentType | None:
    """The numbers that are not those of GB 11643."""
    if is_certificate(number):
        return DocumentType.BIRTH_CERTIFICATE
    return DocumentType.FOREIGN_PERMANENT if FOREIGN_FIRST.fullmatch(number) else None
