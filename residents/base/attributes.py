"""What the base knows of a person, once: each attribute with its name, form, code table and who answers for it.

Import mappings, exports, requested forms, the resident's own file, corrections and rules of eligibility are
all projections of this table. A value travels as canonical text: a code, YYYY-MM-DD, digits; "" is unknown.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _, override

from common.errors import Invalid
from common.identity import check_card, check_id_number, normalise_phone
from common.masking import mask_card, mask_id, mask_phone
from common.names import normalise_name
from residents.base.addresses import door_of, is_within, region_of
from residents.base.documents import read_document
from residents.base.enums import (
    ETHNIC_GROUPS,
    AidStatus,
    DisabilityKind,
    DisabilityLevel,
    DocumentType,
    Education,
    Employment,
    MaritalStatus,
    MedicalInsurance,
    Pension,
    PoliticalStatus,
    Sex,
    YesNo,
)

Label: TypeAlias = str | Promise
STATION = ""  # who answers for what a visit tells better than any register


class Unreadable(Invalid):
    """The text is no value of this attribute; the message says what one looks like and never repeats it."""

    def __init__(self, message: Label, longest: int | None = None) -> None:
        self.template, self.longest = message, longest
        named: Any = message
        text = message if longest is None else format_lazy(named, longest=longest)
        super().__init__("value_unreadable", text)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`read` turns what people and files write into canonical text or raises Invalid. `answers` is the key of
    the department whose word counts most ("" the station). `is_secret`: encrypted, masked. `on_person` tells
    whether the column lies on Person (searched) or on PersonDetail."""

    key: str
    label: Label
    read: Callable[[str], str]
    answers: str = STATION
    names: tuple[str, ...] = ()  # other headings under which files carry it
    codes: Mapping[str, Label] = field(default_factory=dict)
    is_secret: bool = False
    is_date: bool = False
    on_person: bool = False
    mask: Callable[[str], str] = str
    sense: Callable[[str], str] = str  # alike for two texts that say the same in other words,
    region: Callable[[str], str] = lambda _value: ""  # in the same or an unnamed region

    def says(self, value: str) -> tuple[str, str]:
        return self.sense(value), self.region(value)

    def agree(self, one: str, other: str) -> bool:
        """Whether two values say the same, however they are written."""
        return self.sense(one) == self.sense(other) and is_within(
            self.region(one), self.region(other)
        )

    def shown(self, value: str) -> str:
        """For people: a code by its name, a date as it stands, a secret masked."""
        if self.codes:
            return str(self.codes.get(value, value))
        return self.mask(value)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _text(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        value = _plain(text)
        if len(value) > longest:
            raise Unreadable(_("最多{longest}个字，请缩短。"), longest)
        return value

    return read


def _name(text: str) -> str:
    value = normalise_name(text)
    if not value:
        raise Unreadable(_("请填写姓名。"))
    if len(value) > 60:
        raise Unreadable(_("姓名最多60个字。"))
    return value


def _number(text: str) -> str:
    return read_document(text).number


_DATE_MARKS = str.maketrans({"年": "-", "月": "-", "日": None})


def read_date(text: str) -> str:
    """A day as registers write it: 1985-01-01, 1985/1/1, 1985.1.1, 19850101, 1985年1月1日, with or without a time."""
    value = re.split(r"[ T]", _plain(text).translate(_DATE_MARKS))[0]
    if re.fullmatch(r"\d{8}", value):
        value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
    parts = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", value)
    try:
        day = date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        day = None
    if day is None or not 1880 <= day.year <= 2200:
        raise Unreadable(_("日期应写成2026-03-05这样，且是真实的一天。"))
    return day.isoformat()


def _certificate(text: str) -> str:
    """残疾人证: the ID number, the kind 1-7, the level 1-4, after a replacement B and a figure."""
    value = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    parts = re.fullmatch(r"([0-9X]{18})[1-7][1-4](B[1-9])?", value)
    if not parts:
        raise Unreadable(_("残疾人证号应为20位：身份证号加类别和等级各一位。"))
    check_id_number(parts[1])
    return value


def _code(
    codes: Mapping[str, Label], words: Mapping[str, str] | None = None
) -> Callable[[str], str]:
    """By the code, by its official name with or without the ending (男, 男性, 肢体), or by a word in use."""

    @functools.cache
    def known() -> dict[str, str]:
        with override("zh-hans"):  # files are written in the language of record, whoever reads them
            names = {str(label): code for code, label in codes.items()}
        return {_short(name): code for name, code in names.items()} | names | dict(words or {})

    def read(text: str) -> str:
        value = _plain(text)
        if value in codes:
            return value
        if value.isdigit() and value.zfill(2) in codes:
            return value.zfill(2)
        code = known().get(value) or known().get(_short(value))
        if code is None:
            raise Unreadable(_("不在代码表中，请按代码表填写。"))
        return code

    return read


def _short(name: str) -> str:
    return re.sub("(性|族|残疾)$", "", name)


def _of(choices: type) -> dict[str, Label]:
    return {member.value: member.label for member in choices}  # type: ignore[attr-defined]


def _mask_certificate(value: str) -> str:
    return mask_id(value[:18]) + value[18:20] if value else ""


POLICE, CIVIL, LABOUR = "public_security", "civil_affairs", "human_resources"
HEALTH, INSURANCE, DISABLED = "health", "healthcare_security", "disabled_federation"

# What people and files write beside the official names.
_WORDS: dict[str, dict[str, str]] = {
    "lives_alone": {"有": "1", "Y": "1", "y": "1", "无": "0", "N": "0", "n": "0"},
    "education": {
        "研究生": "10", "博士": "11", "硕士": "14", "本科": "21", "大学": "21", "大学本科": "21", "大专": "31",
        "专科": "31", "中专": "41", "职高": "44", "技校": "47", "高中": "61", "初中": "71", "小学": "81", "文盲": "90",
    },
    "political_status": {"党员": "01", "中国共产党党员": "01", "预备党员": "02", "团员": "03", "无党派": "12"},
    "employment": {"就业": "10", "失业": "30", "退休": "40", "学生": "50", "无业": "60", "待业": "60"},
    "pension": {"职工": "1", "居民": "2", "城乡居民": "2", "未参保": "0"},
    "medical_insurance": {"职工": "1", "居民": "2", "城乡居民": "2", "职工医保": "1", "居民医保": "2", "未参保": "0"},
    "aid_status": {"低保": "1", "低保户": "1", "低保边缘": "2", "特困": "3", "特困供养人员": "3", "无": "0", "否": "0"},
    "marital_status": {"有配偶": "20", "结婚": "20", "离异": "40", "丧偶未再婚": "30"},
}  # fmt: skip


def _coded(key: str, label: Label, choices: type, answers: str = STATION, *names: str) -> Attribute:
    codes = _of(choices)
    return Attribute(key, label, _code(codes, _WORDS.get(key, {})), answers, names, codes)


_ALL = (
    Attribute("full_name", _("姓名"), _name, POLICE, ("名字", "人员姓名", "申请人姓名"), on_person=True),
    Attribute("former_name", _("曾用名"), _text(60), POLICE),
    Attribute(
        "id_number", _("证件号码"), _number, POLICE,
        ("身份证号", "身份证号码", "公民身份号码", "公民身份证号", "证件号", "身份证"),
        is_secret=True, on_person=True, mask=mask_id,
    ),
    Attribute(
        "document_type", _("证件类型"), _code(_of(DocumentType)), POLICE, ("证件种类",), _of(DocumentType),
        on_person=True,
    ),
    Attribute("sex", _("性别"), _code(_of(Sex)), POLICE, (), _of(Sex), on_person=True),
    Attribute(
        "birth_on", _("出生日期"), read_date, POLICE, ("出生年月日", "出生年月", "生日"), is_date=True,
        on_person=True,
    ),
    Attribute(
        "ethnic_group", _("民族"), _code(ETHNIC_GROUPS), POLICE, ("民族名称",), ETHNIC_GROUPS, on_person=True
    ),
    Attribute(
        "registered_address", _("户籍地址"), _text(160), POLICE, ("户籍所在地", "户口所在地", "户籍地", "户籍地详址"),
        sense=door_of, region=region_of,
    ),
    Attribute(
        "actual_address", _("现住地址"), _text(160), STATION,
        ("现住址", "居住地址", "家庭住址", "住址", "常住地址", "现居住地", "现住地详址"),
        sense=door_of, region=region_of,
    ),
    Attribute(
        "phone", _("联系电话"), normalise_phone, STATION,
        ("电话", "手机", "手机号", "手机号码", "联系方式", "电话号码"),
        is_secret=True, on_person=True, mask=mask_phone,
    ),
    Attribute(
        "bank_card", _("银行卡号"), check_card, CIVIL, ("银行账号", "银行卡", "发放账号", "社保卡账号"), is_secret=True,
        on_person=True, mask=mask_card,
    ),
    _coded("marital_status", _("婚姻状况"), MaritalStatus, CIVIL, "婚姻", "婚姻情况"),
    _coded("education", _("文化程度"), Education, STATION, "学历", "受教育程度"),
    _coded("political_status", _("政治面貌"), PoliticalStatus, STATION),
    _coded("employment", _("就业状况"), Employment, LABOUR, "就业状态", "就业情况"),
    Attribute("employer", _("服务处所"), _text(80), LABOUR, ("工作单位", "单位名称")),
    _coded("pension", _("养老保险"), Pension, LABOUR, "养老保险类型", "养老保险情况", "参保类型"),
    _coded("medical_insurance", _("医疗保险"), MedicalInsurance, INSURANCE, "医保类型", "医保情况", "医疗保险类型"),
    _coded(
        "aid_status", _("社会救助"), AidStatus, CIVIL,
        *("救助类型", "救助类别", "救助情况", "低保类别", "低保情况", "低保"),
    ),
    Attribute(
        "disability_certificate", _("残疾人证号"), _certificate, DISABLED, ("残疾证号", "残疾证号码", "残疾人证"),
        is_secret=True, mask=_mask_certificate,
    ),
    _coded("disability_kind", _("残疾类别"), DisabilityKind, DISABLED, "残疾类型"),
    _coded("disability_level", _("残疾等级"), DisabilityLevel, DISABLED, "残疾级别"),
    _coded("lives_alone", _("独居"), YesNo, STATION, "是否独居", "独居情况"),
)  # fmt: skip
ATTRIBUTES: dict[str, Attribute] = {each.key: each for each in _ALL}
ON_PERSON = frozenset(each.key for each in _ALL if each.on_person)
SECRETS = frozenset(each.key for each in _ALL if each.is_secret)
