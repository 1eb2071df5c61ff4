"""A case as one screen of the staff shows it: answers, papers, people, what happened and what comes.

Reads only. The case itself comes from actions.open_case, which has written down that somebody looks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts import audit
from common.errors import NotAllowed
from common.masking import mask_card, mask_id, mask_phone
from community.governance.naming import post_read
from community.governance.scopes import Scope
from residents.base.models import HouseholdMember, SourceSystem
from residents.rights.relatives import close_to
from servicehall.cases import progress, routing
from servicehall.cases.actions import looking
from servicehall.cases.enums import (
    BEFORE_ACCEPTANCE,
    CLOSED_STATES,
    STANDING_STILL,
    CaseAction,
    StepState,
)
from servicehall.cases.models import Case, CaseEvent, ReviewStep, Supplement, Upload
from servicehall.cases.transitions import BY_APPLICANT
from servicehall.catalogue import answering
from servicehall.catalogue.enums import ReviewLevel
from servicehall.catalogue.limits import LevelRule
from servicehall.catalogue.models import ItemVersion, in_language

Text = str | Promise
EVENT_LABELS: dict[str, Text] = {
    **{action.value: action.label for action in CaseAction},
    "file": gettext_lazy("提交申请"),
    CaseAction.FORWARD.value: gettext_lazy("审核通过"),
}
STOPS = frozenset({CaseAction.DECLINE, CaseAction.WITHDRAW, CaseAction.LAPSE, CaseAction.REFUSE})
_PHONE = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what was answered. `field` is set where the value is masked and may be asked for."""

    key: str
    label: str
    shown: str
    field: str = ""
    source: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """One paper that this case needs. `state`: uploaded, answered (made from the form), base, or "" to be shown."""

    code: str
    key: str
    name: str
    note: str
    is_required: bool
    is_held: bool
    originals: int
    copies: int
    state: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; keyword arguments of the component, and the words below it."""

    title: Text
    state: str
    who: str = ""
    at: datetime | None = None
    due: date | None = None
    note: str = ""
    remark: str = ""


@dataclass
class CaseFile:
    """Everything about an opened case; seven small queries at most, whatever its length."""

    case: Case
    by: Scope
    today: date

    @cached_property
    def version(self) -> ItemVersion:
        return self.case.version

    @cached_property
    def given(self) -> answering.Answers:
        return answering.load_answers(self.case.answers or "{}")

    @cached_property
    def steps(self) -> list[ReviewStep]:
        return list(ReviewStep.objects.of_case(self.case.pk).order_by("sequence"))

    @cached_property
    def events(self) -> list[CaseEvent]:
        return list(self.case.events.select_related("post__body"))

    @cached_property
    def notices(self) -> list[Supplement]:
        return list(self.case.notices.all()) if self.case.supplements else []

    @cached_property
    def open_notice(self) -> Supplement | None:
        return next((notice for notice in self.notices if notice.answered_at is None), None)

    @cached_property
    def uploads(self) -> list[Upload]:
        has_files = any(question["type"] == "file" for question in self.version.fields)
        if not has_files and not self.case.supplements:
            return []
        return list(self.case.uploads.papers().order_by("id"))

    @cached_property
    def kin(self) -> list[HouseholdMember]:
        return list(HouseholdMember.objects.living_with(self.case.applicant_id))

    @cached_property
    def offers(self) -> tuple[CaseAction, ...]:
        return looking.offers(self.case, self.steps, by=self.by)

    @property
    def can_finish_at_once(self) -> bool:
        return looking.can_finish_at_once(self.case, self.offers)

    def refusal(self, action: CaseAction) -> NotAllowed | None:
        return looking.refusal(self.case, self.steps, action, by=self.by)

    @property
    def idle(self) -> Text | None:
        """Why an open case offers the viewer nothing of his own; what he may write down for the applicant aside."""
        if self.is_closed or set(self.offers) - BY_APPLICANT:
            return None
        reason = looking.idle(self.case, self.steps, by=self.by)
        return reason.message if reason else None

    @property
    def bar(self) -> Text | None:
        """Why the viewer must leave the case to a colleague; asked only where he could do something."""
        if not set(self.offers) - BY_APPLICANT:
            return None
        people = [self.case.applicant, *close_to(self.case.applicant_id)]
        return looking.bar(self.case, self.steps, people, by=self.by)

    @property
    def right_office(self) -> str:
        """The body that answers for the item in this district, with its phone: where else to go."""
        rule = LevelRule(ReviewLevel.DISTRICT, 0, self.version.department)
        directory = routing.directory(self.case.community, self.today)
        body = directory.of_level(rule, self.version.item.window_id)
        if body is None:
            return ""
        if not body.phone:
            return body.label
        return _("%(office)s（电话 %(phone)s）") % {"office": body.label, "phone": body.phone}

    @property
    def is_closed(self) -> bool:
        return self.case.state in CLOSED_STATES

    # --- the applicant and the answers ------------------------------------------------------------
    @cached_property
    def person_facts(self) -> list[Answer]:
        person, phone = self.case.applicant, self.case.contact_phone or ""
        is_known = bool(phone) and phone == person.phone
        phone_origin = self._origin("phone") if is_known else (_("申请人填写"), None)
        number = mask_id(person.id_number or "")
        rows = [
            Answer("id_number", _("证件号码"), number, "id_number", *self._origin("id_number")),
            Answer(
                "contact_phone", _("联系电话"), mask_phone(phone), "contact_phone", *phone_origin
            ),
        ]
        return [row if row.shown else Answer(row.key, row.label, _("没有登记")) for row in rows]

    @cached_property
    def answers(self) -> list[Answer]:
        """The answered questions in the order of the form; what was not asked is not shown."""
        return [
            self._answer(question)
            for question in self.version.questions
            if question["type"] != "file"
            and answering.applies(question.get("condition"), self.given)
            and self.given.get(question["key"]) not in (None, "", [])
        ]

    def _answer(self, question: dict[str, Any]) -> Answer:
        value = self.given[question["key"]]
        field = question["key"] if looking.is_masked(question) else ""
        label = in_language(question["label"])
        source, as_of = self._source(question, value)
        return Answer(question["key"], label, self._shown(question, value), field, source, as_of)

    def _source(self, question: Mapping[str, Any], value: Any) -> tuple[str, date | None]:
        attribute = question.get("prefill")
        if attribute == "household_members":
            return _("居民基础库"), None
        if attribute in looking.MASKED_FACTS and value == getattr(self.case.applicant, attribute):
            return self._origin(attribute)
        return "", None

    def _origin(self, attribute: str) -> tuple[str, date | None]:
        code, day = [*self.case.applicant.provenance.get(attribute, []), "", ""][:2]
        return source_label(code), date.fromisoformat(day) if day else None

    def _shown(self, question: Mapping[str, Any], value: Any) -> str:
        kind = question["type"]
        if kind == "household_member":
            return self.names(value if isinstance(value, list) else [value])
        if kind == "choice":
            labels = {str(o["value"]): in_language(o["label"]) for o in question["options"]}
            return labels.get(str(value), str(value))
        if kind == "yesno":
            return _("是") if value == "yes" else _("否")
        if kind == "date":
            return formats.date_format(date.fromisoformat(value), "DATE_FORMAT")
        if kind == "money":
            return _("%(amount)s 元") % {"amount": value}
        return masked(question, str(value))

    def names(self, members: Sequence[str]) -> str:
        """Members of the household by id; who has left it since is counted, not named."""
        known = {
            str(member.person_id): (member.person.full_name, str(member.get_relation_display()))
            for member in self.kin
        }
        known[str(self.case.applicant_id)] = (self.case.applicant.full_name, _("本人"))
        named = [
            _("%(name)s（%(relation)s）") % {"name": known[pk][0], "relation": known[pk][1]}
            for pk in members
            if pk in known
        ]
        gone = len(members) - len(named)
        if gone:
            named.append(
                ngettext("另有 %(count)s 人已不在本户", "另有 %(count)s 人已不在本户", gone) % {"count": gone}
            )  # fmt: skip
        return _("、").join(named)

    # --- papers -----------------------------------------------------------------------------------
    @cached_property
    def materials(self) -> list[Material]:
        uploaded = {upload.field for upload in self.uploads}
        return [
            self._material(paper, uploaded)
            for paper in self.version.materials
            if answering.applies(paper.get("condition"), self.given)
        ]

    def _material(self, paper: Mapping[str, Any], uploaded: set[str]) -> Material:
        key = paper.get("field") or paper["code"]
        state = "uploaded" if key in uploaded else "answered" if paper.get("form") else ""
        if not state and paper.get("field") and self.given.get(key):
            state = "answered"
        return Material(
            code=paper["code"],
            key=key,
            name=in_language(paper["name"]),
            note=in_language(paper.get("note")),
            is_required=bool(paper.get("required")),
            is_held=self._is_held(paper["code"]),
            originals=paper.get("original_copies") or 0,
            copies=paper.get("copies") or 0,
            state=state or ("base" if paper.get("shared") else ""),
        )

    def _is_held(self, code: str) -> bool:
        """Whether the base holds what this paper says, so that nobody need bring it."""
        if code == "id_card":
            return bool(self.case.applicant.id_number)
        return code == "household_register" and bool(self.kin)

    # --- what happened, where it stands, what comes -----------------------------------------------
    @cached_property
    def timeline(self) -> list[Entry]:
        return [*self._past(), *self._future()]

    def _past(self) -> Iterator[Entry]:
        for event in self.events:
            if event.action == "rate":
                continue  # who rates is not told to those whom the rating is about
            yield Entry(
                title=EVENT_LABELS.get(event.action, event.action),
                state="stopped" if event.action in STOPS else "done",
                who=_acted(event),
                at=event.at,
                note=progress.note(self.case, event),
                remark=event.remark,
            )

    def _future(self) -> Iterator[Entry]:
        case, waiting = self.case, self.open_notice
        if self.is_closed:
            return
        standing = case.state in STANDING_STILL
        pause = (
            case.pauses.filter(to_on__isnull=True).last() if standing and case.accepted_at else None
        )
        if standing and waiting is None:
            due = pause.expected_on if pause else None
            yield Entry(case.get_state_display(), "now", who=case.handler.label, due=due)
        elif waiting is not None:
            yield Entry(_("等待申请人补正"), "now", who=_("申请人"), due=waiting.due_on)
        elif case.state in BEFORE_ACCEPTANCE:
            yield Entry(_("受理或告知"), "now", who=case.handler.label, due=case.act_by_on)
        for step in self.steps:
            if step.state == StepState.OPEN and standing:
                note = progress.paused(pause) if pause else ""
                yield Entry(step.get_level_display(), "paused", who=step.body.label, note=note)
            elif step.state in {StepState.OPEN, StepState.WAITING, StepState.SENT_BACK}:
                yield Entry(
                    step.get_level_display(),
                    "now" if step.state == StepState.OPEN else "next",
                    who=step.body.label,
                    due=step.due_on,
                )


def _acted(event: CaseEvent) -> str:
    """Who acted: the post as it stands on record."""
    if event.post_label == audit.SYSTEM.post_label:
        return _("系统")
    return post_read(event.post_label) or _("申请人")


def masked(question: Mapping[str, Any], value: str) -> str:
    masks = {"id_number": mask_id, "phone": mask_phone, "bank_card": mask_card}
    mask = masks.get(question.get("prefill") or "")
    if mask:
        return mask(value)
    if question["type"] == "person":
        return _PHONE.sub(lambda found: mask_phone(found[0]), value)
    return value


# --- sources --------------------------------------------------------------------------------------
_sources: dict[str, SourceSystem] = {}


def source_label(code: str) -> str:
    """The name of a source; the handful of them is read once, and again when an unknown one turns up."""
    if code and code not in _sources:
        _sources.update((source.pk, source) for source in SourceSystem.objects.public())
    return str(_sources[code]) if code in _sources else ""
