"""From the texts of a row to canonical values, or to what is wrong with them, column by column. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext_noop as _, override

from common.errors import Invalid
from residents.base.attributes import ATTRIBUTES, Unreadable
from residents.base.documents import read_document
from residents.exchange.headings import COMMUNITY, Column

ROUNDED = _("这一格被表格存成了数字，后几位已经丢失。请把这一列设为文本格式，从原系统重新导出。")
NOBODY = _("既没有姓名也没有证件号码，不知道是谁。")
BIRTH_DIFFERS = _("出生日期与证件号码中的不一致，请核对。")
SEX_DIFFERS = _("性别与证件号码中的不一致，请核对。")
FUTURE = _("日期晚于数据截止日期，请核对。")

_SCIENTIFIC = re.compile(r"[-+]?\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_NOTHING = frozenset(
    ("-", "--", "—", "——", "/", "\\", "不详", "未知", "空", "NULL", "null", "N/A", "#N/A", "None")
)
_REMARKS = re.compile(
    r"(合计|总计|小计|共计|备注|说明|注[:：]|填表|制表|审核|单位负责|联系人|统计)"
)
_YEAR = re.compile(r"(19|20)\d\d")  # 1990 is a year: as a serial number it would be a day of 1905
_SERIAL_START = date(1899, 12, 30)  # day 0 of tables, which believe in 1900-02-29

Problem = (
    tuple[int, str] | tuple[int, str, int]
)  # place of the column (-1 the row), message, its figure


@dataclass(slots=True)
class Reading:
    """What a row says. `community` is the text of the column that names one."""

    values: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    community: str = ""


def is_remark(cells: Sequence[str], columns: Sequence[Column]) -> bool:
    """A sum or a note below the list: it begins with such a word, and names nobody."""
    texts = [text for text in cells if text]
    by_target = {column.target: column.place for column in columns if column.target}

    def says(target: str, form: str) -> bool:
        place = by_target.get(target, len(cells))
        return place < len(cells) and bool(re.match(form, cells[place]))

    # Whoever works at the 统计局 is somebody, also where a list knows birthdays alone.
    named = says("id_number", r".*\d{6}") or (says("full_name", ".") and says("birth_on", r"\d{4}"))
    return not named and _is_note(texts[0])


def _is_note(text: str) -> bool:
    return bool(_REMARKS.match(re.sub(r"\s", "", text)))


def read_row(
    cells: Sequence[str],
    columns: Sequence[Column],
    codes: Mapping[str, Mapping[str, str]],
    as_of: date,
) -> Reading:
    """Read the columns that have a target. A row with one problem is a row with problems: nothing of it is used."""
    reading = Reading()
    places: dict[str, int] = {}
    for column in columns:
        text = cells[column.place] if column.place < len(cells) else ""
        if not column.target or not text or text in _NOTHING:
            continue
        if column.target == COMMUNITY:
            reading.community = text
            continue
        places[column.target] = column.place
        try:
            value = _read(column.target, text, codes.get(column.target, {}))
        except Invalid as error:
            reading.problems.append((column.place, *_in_record(error)))
        else:
            if value:
                reading.values[column.target] = value
    if not reading.problems:
        _check(reading, places, as_of)
    return reading


def _in_record(error: Invalid) -> tuple[str] | tuple[str, int]:
    """What is wrong, in the language of the record, with its figure apart: readers have it in theirs."""
    with override("zh-hans"):
        if isinstance(error, Unreadable) and error.longest is not None:
            return str(error.template), error.longest
        return (str(error.message),)


def _read(target: str, text: str, codes: Mapping[str, str]) -> str:
    if text in codes:
        return codes[text]
    attribute = ATTRIBUTES[target]
    if _SCIENTIFIC.fullmatch(text):
        raise Invalid("rounded", ROUNDED)
    return attribute.read(without_serial(target, text))


def without_serial(target: str, text: str) -> str:
    """A day that a table counts from its own day 0, as a day."""
    if ATTRIBUTES[target].is_date and re.fullmatch(r"\d{4,5}", text) and not _YEAR.fullmatch(text):
        return (_SERIAL_START + timedelta(days=int(text))).isoformat()
    return text


def _check(reading: Reading, places: Mapping[str, int], as_of: date) -> None:
    """What the cells say must fit together."""
    values = reading.values
    if certificate := values.get("disability_certificate"):
        # It begins with its holder's number: lists of the federation often have no other.
        values.setdefault("id_number", certificate[:18])
    if not values.get("full_name") and not values.get("id_number"):
        reading.problems.append((-1, NOBODY))
    born = values.get("birth_on")
    if born and born > as_of.isoformat():
        reading.problems.append((places["birth_on"], FUTURE))
    if number := values.get("id_number"):
        said = read_document(number)
        if born and said.birth_on and born != said.birth_on.isoformat():
            reading.problems.append((places["birth_on"], BIRTH_DIFFERS))
        if values.get("sex") in {"1", "2"} and values["sex"] != (said.sex or values["sex"]):
            reading.problems.append((places["sex"], SEX_DIFFERS))


def unknown_codes(target: str, texts: Sequence[str]) -> list[str]:
    """Those of a column's texts that the code table of its attribute does not know; nobody is asked what "审核人："
    below the list means."""
    attribute = ATTRIBUTES.get(target)
    if attribute is None or not attribute.codes:
        return []
    return [
        text
        for text in texts
        if text not in _NOTHING and not _is_known(target, text) and not _is_note(text)
    ]


def _is_known(target: str, text: str) -> bool:
    try:
        return bool(ATTRIBUTES[target].read(text))
    except Invalid:
        return False
