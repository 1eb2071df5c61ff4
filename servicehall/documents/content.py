"""What a letter says: the values of its variables on the day of issue, and the words frozen with them.

Frozen words: {form, kind, title, number, code, body, second_line, to, applicant, item, case, blocks, attachments,
sign, date, seal, by_body, contact, complaint}; a block is {as: p|h1|h2|h3|item, role, text}. Nothing in them is
looked up again, so a letter reads for ever as it was issued, in the language of record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from common.masking import mask_id, mask_name
from community.governance.enums import BodyKind
from community.governance.models import Body
from community.governance.workdays import LimitUnit
from servicehall.cases.enums import DeliveryWay, PauseReason
from servicehall.cases.models import Case, CaseEvent, Mandate
from servicehall.catalogue.benefits import BenefitRule, benefit_of
from servicehall.catalogue.models import ItemVersion
from servicehall.documents import variables
from servicehall.documents.enums import LetterKind
from servicehall.documents.kinds import DECISIONS, KINDS, REMEDY
from servicehall.documents.models import Letter, Letterhead, LetterText, Seal

FORM = 1
TO = "{申请人}："
EXAMPLE_CODE = "〔核验码〕"
UNITS = {LimitUnit.WORKDAYS: "个工作日", LimitUnit.DAYS: "日", LimitUnit.HOURS: "小时"}
OFTEN = {"once": "一次性", "monthly": "每月", "yearly": "每年"}
NO_DAY = "另行告知之日"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a letter is written: the case, who writes, what happened, and what the caller adds."""

    kind: LetterKind
    case: Case
    body: Body
    now: datetime
    event: CaseEvent | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


@dataclass(frozen=True, slots=True)
class Authority:
    """In whose name: the body, number, code, letterhead and seal of that day."""

    body: Body
    number: str
    code: str
    head: Letterhead | None
    seal: Seal | None


def day(value: date | datetime | None) -> str:
    """2026年3月5日: Arabic numerals without leading zeros (GB/T 9704)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localdate(value)
    return f"{value.year}年{value.month}月{value.day}日"


def write(text: LetterText, values: Mapping[str, Any], authority: Authority) -> dict[str, Any]:
    """The letter in its final words. Raises KeyError when a variable has no value."""
    words, body, seal = text.content, authority.body, authority.seal
    kind = KINDS[LetterKind(text.kind)]
    return {
        "form": FORM,
        "kind": text.kind,
        "title": variables.fill(words["title"], values),
        "number": authority.number,
        "code": authority.code,
        "body": body.name,
        "second_line": authority.head.second_line if authority.head else "",
        "to": variables.fill(words.get("to", TO), values),
        "applicant": values["申请人"],
        "item": values["事项"],
        "case": values["办件编号"],
        "blocks": [frozen for block in words["blocks"] for frozen in _frozen(block, values)],
        "attachments": [variables.fill(line, values) for line in words.get("attachments", ())],
        "sign": [variables.fill(line, values) for line in words.get("sign", ())],
        "date": values["成文日期"],
        "by_body": kind.signed_by_body,
        "seal": {"name": seal.name, "image": seal.image} if seal and kind.signed_by_body else None,
        "contact": [
            [label, values[name]]
            for label, name in (("联系电话", "机关电话"), ("地址", "机关地址"))
            if values[name]
        ],
        "complaint": values["投诉电话"],
        # For the same letter once more: what was said beside the event stands nowhere else for us.
        "said": {code: values[name] for code, name in kind.said.items() if values[name]},
    }


def _frozen(block: Mapping[str, Any], values: Mapping[str, Any]) -> list[dict[str, str]]:
    if (condition := block.get("when")) and not values[condition]:
        return []
    if (condition := block.get("unless")) and values[condition]:
        return []
    role = block.get("role", "")
    if "each" in block:
        rows = enumerate(values[block["each"]], start=1)
        return [
            {
                "as": "item",
                "role": role,
                "text": variables.fill(block["row"], {**values, **row, "序号": number}),
            }
            for number, row in rows
        ]
    shape = next(shape for shape in ("text", "h1", "h2", "h3") if shape in block)
    shown = "p" if shape == "text" else shape
    return [{"as": shown, "role": role, "text": variables.fill(block[shape], values)}]


def values_for(occasion: Occasion) -> dict[str, Any]:
    """Every variable that this kind of letter may use."""
    kind = KINDS[occasion.kind]
    with translation.override(settings.LANGUAGE_CODE):
        values = dict.fromkeys(kind.provides, "") | _common(occasion)
        if occasion.event is not None:
            said = {**occasion.event.said, **occasion.beside}
            values |= {name: said.get(code, "") for code, name in kind.said.items()}
            if kind.note:
                values[kind.note] = occasion.event.note
        reader = READERS.get(occasion.kind)
        if reader is not None and not occasion.given:
            values |= reader(occasion)
        if kind.provides >= REMEDY:
            values |= _remedy(occasion)
    return values | dict(occasion.given)


def values_of_mandate(mandate: Mandate, body: Body, now: datetime) -> dict[str, Any]:
    """The same for a mandate: it belongs to no case, so that what only a case has stays empty."""
    with translation.override(settings.LANGUAGE_CODE):
        names = {
            version.item_id: version.name["zh"]
            for version in ItemVersion.objects.public(mandate.from_on).filter(
                item_id__in=mandate.items
            )
        }
        items = "、".join(names.get(code, code) for code in mandate.items) or "服务大厅的全部事项"
        number = mask_id(mandate.holder.id_number or "")
        empty = dict.fromkeys(variables.COMMON | KINDS[LetterKind.MANDATE].provides, "")
        return {
            **empty,
            **_of_body(body, now),
            "申请人": mandate.giver.full_name,
            "申请人证件号": mask_id(mandate.giver.id_number or ""),
            "事项": items,
            "法律依据": "有关规定",
            "受托人": f"{mandate.holder.full_name}（证件号码{number}）",
            "委托事项": items,
            "委托期限": f"{day(mandate.from_on)}至{day(mandate.until)}",
            "委托书": mandate.document,
            "见证人": mandate.witnesses,
        }


def _of_body(body: Body, now: datetime) -> dict[str, Any]:
    return {
        "机关": body.name,
        "机关电话": body.phone,
        "机关地址": body.address,
        "服务时间": body.hours_label,
        "投诉电话": settings.SERVICE_PHONE,
        "成文日期": day(now),
    }


def _common(occasion: Occasion) -> dict[str, Any]:
    case, version = occasion.case, occasion.case.version
    return {
        **_of_body(occasion.body, occasion.now),
        "申请人": case.applicant.full_name,
        "申请人证件号": mask_id(case.applicant.id_number or ""),
        "办件编号": case.number,
        "涉及子女": case.about.full_name if case.about is not None else "",
        "事项": version.name["zh"],
        "申请日期": day(case.filed_at),
        "受理日期": day(case.accepted_at),
        "服务站": case.station.name,
        "法律依据": "、".join(map(_act, version.content.get("basis") or [])) or "有关规定",
        "承诺时限": _limit(version.promised_amount, version.promised_unit),
        "法定时限": _limit(version.statutory_amount, version.statutory_unit),
        "承诺办结日": day(case.promised_due_on) or NO_DAY,
        "法定办结日": day(case.statutory_due_on) or NO_DAY,
    }


def _act(basis: Mapping[str, Any]) -> str:
    # A bracket in the number, as of an amendment, would stand in another.
    bare = (basis.get("number") or "").replace("（", "，").replace("）", "")
    number = f"（{bare}）" if bare else ""
    return f"《{basis['title']}》{number}{basis.get('article') or ''}"


def _limit(amount: int, unit: str) -> str:
    return f"{amount}{UNITS[LimitUnit(unit)]}" if amount else "当场"


def _remedy(occasion: Occasion) -> dict[str, str]:
    """Where to turn: the government above the body; which court it is the law itself says."""
    above = Body.objects.on(occasion.today).serving_above(occasion.body.place.path)
    governments = above.filter(kind=BodyKind.GOVERNMENT).order_by("-place__path")
    name = governments.values_list("name", flat=True).first()
    return {"复议机关": name or "本级人民政府", "诉讼法院": "有管辖权的人民法院"}


def _said(occasion: Occasion, code: str) -> Any:
    return occasion.event.said.get(code) if occasion.event else None


def _said_day(occasion: Occasion, code: str) -> str:
    said = _said(occasion, code)
    return day(date.fromisoformat(said)) if said else ""


def _receipt(occasion: Occasion) -> dict[str, Any]:
    titles = occasion.case.uploads.order_by("id").values_list("title", flat=True)
    return {"收到材料": [{"名称": title} for title in titles]}


def _accepted(occasion: Occasion) -> dict[str, Any]:
    return {"视为受理": _said_day(occasion, "since")}


def _undertaken(occasion: Occasion, code: str) -> tuple[list[dict[str, str]], str]:
    """What was promised with an acceptance, and the very day by which it is brought, or verified."""
    codes, titles = _said(occasion, code), occasion.case.version.titles
    owed = occasion.case.undertakings.filter(key__in=codes, due_on__isnull=False)
    last = owed.order_by("-due_on").values_list("due_on", flat=True).first()
    return [{"名称": titles[key]} for key in codes], day(last)


def _deferred(occasion: Occasion) -> dict[str, Any]:
    return dict(zip(("容缺材料", "容缺期限"), _undertaken(occasion, "deferred"), strict=True))


def _committed(occasion: Occasion) -> dict[str, Any]:
    return dict(zip(("承诺事项", "核查期限"), _undertaken(occasion, "committed"), strict=True))


def _notice(occasion: Occasion) -> dict[str, Any]:
    """The notice that was told with this event; the last one where a letter is written again."""
    notices = list(occasion.case.notices.order_by("number"))
    at = occasion.event.at if occasion.event else occasion.now
    notice = next((known for known in notices if known.asked_at == at), notices[-1])
    return {
        "补正事项": [
            {"名称": entry.get("title", ""), "内容": entry.get("what", "")}
            for entry in notice.items
        ],
        "补正期限": day(notice.due_on),
        "新情况": notice.reason,
    }


def _unanswered(occasion: Occasion) -> dict[str, Any]:
    return {"补正期限": _notice(occasion)["补正期限"]}


def _declined(occasion: Occasion) -> dict[str, Any]:
    reason, _line, office = occasion.case.outcome_reason.rpartition("\n")
    return {"理由": reason, "应找部门": office}


def _extended(occasion: Occasion) -> dict[str, Any]:
    case = occasion.case
    return {
        "延长期限": _limit(case.extended_by, case.version.statutory_unit),
        "新的办结日": _said_day(occasion, "until"),
    }


def _special(occasion: Occasion) -> dict[str, Any]:
    return {
        "特别程序": str(PauseReason(_said(occasion, "pause")).label),
        "预计结束日": _said_day(occasion, "until"),
    }


def _public(occasion: Occasion) -> dict[str, Any]:
    """What anybody may read: a masked name, or none where the item is not to be posted by name (domain 3.11)."""
    case, content = occasion.case, occasion.case.version.content
    shows, benefit = bool(content.get("publicity_shows_names")), benefit_of(content)
    name = mask_name(case.applicant.full_name) if shows else "（不公开姓名）"
    size, benefit_class = _said(occasion, "household_size"), _said(occasion, "benefit_class")
    amount = _amount(benefit, case.amount) if shows and benefit else ""
    facts = [
        case.community.name,
        case.version.name["zh"],
        f"家庭人口{size}人" if size else "",
        benefit_class,
        f"拟批准{amount}" if amount else "",
    ]
    return {
        "公示内容": [{"姓名": name, "内容": "，".join(fact for fact in facts if fact)}],
        "公示开始日": day(occasion.now),
        "公示结束日": _said_day(occasion, "until"),
        "异议电话": occasion.body.phone or settings.SERVICE_PHONE,
    }


def _result(occasion: Occasion) -> dict[str, Any]:
    content = occasion.case.version.content
    result, benefit = content.get("result") or {}, benefit_of(content)
    return {
        "结果名称": (result.get("name") or {}).get("zh", ""),
        "核定金额": _amount(benefit, occasion.case.amount) if benefit else "",
    }


def _amount(benefit: BenefitRule, decided: str | None) -> str:
    """每月1860元: the same for everybody, or as it was decided for this household."""
    amount = benefit.amount if benefit.amount is not None else decided
    return f"{OFTEN[benefit.period]}{amount}元" if amount else ""


def _withdrawn(occasion: Occasion) -> dict[str, Any]:
    return {"撤回日期": day(occasion.event.at if occasion.event else occasion.now)}


def _delivered(occasion: Occasion) -> dict[str, Any]:
    said = _said(occasion, "delivered")
    letters = Letter.objects.of_case(occasion.case).in_force().filter(kind__in=DECISIONS)
    return {
        "送达方式": str(DeliveryWay(said).label) if said else "窗口当面领取",
        "送达日期": day(occasion.case.delivered_at or occasion.now),
        "送达文书": [
            {"名称": str(letter.get_kind_display()), "文号": letter.number} for letter in letters
        ],
    }


READERS: dict[LetterKind, Callable[[Occasion], dict[str, Any]]] = {
    LetterKind.RECEIPT: _receipt,
    LetterKind.ACCEPTANCE: _accepted,
    LetterKind.DEFERRED: _deferred,
    LetterKind.COMMITMENT: _committed,
    LetterKind.SUPPLEMENT: _notice,
    LetterKind.NON_ACCEPTANCE: _declined,
    LetterKind.EXTENSION: _extended,
    LetterKind.SPECIAL: _special,
    LetterKind.PUBLICITY: _public,
    LetterKind.DECISION: _result,
    LetterKind.TERMINATION: _unanswered,
    LetterKind.WITHDRAWAL: _withdrawn,
    LetterKind.DELIVERY: _delivered,
}


def example_of(text: LetterText) -> dict[str, Any]:
    """The letter with the name of each variable in place of its value, for whoever edits the text."""
    known = variables.COMMON | KINDS[LetterKind(text.kind)].provides
    rows = {
        name: [dict.fromkeys(row, f"〔{name}〕") for _each in range(2)]
        for name, row in variables.ROWS.items()
    }
    values = {name: rows.get(name, f"〔{name}〕") for name in known}
    return write(text, values, Authority(Body(name="〔机关〕"), "〔文号〕", "", None, None))
