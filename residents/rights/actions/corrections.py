"""更正: a resident says what is right, an office checks it, the base hears it with its history (PIPL 46)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import usernames
from accounts.models import User
from common import storage
from common.errors import Conflict, Invalid, NotAllowed
from common.uploads import CleanFile
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.actions import Statement, guard_reveal, raise_alarm, say
from residents.base.actions.guarding import guard_opening
from residents.base.attributes import ATTRIBUTES
from residents.base.enums import Purpose
from residents.base.golden import DECISION
from residents.base.known import kept
from residents.base.models import Person, SourceRecord
from residents.exchange.actions import feedback
from residents.rights.actions import _core
from residents.rights.enums import RequestAction
from residents.rights.models import Correction, Paper
from residents.rights.relatives import acted_for_by

SELF = "self"
MAX_REASON = 300


def file_correction(
    person_id: UUID,
    attribute: str,
    value: str,
    *,
    reason: str,
    paper: CleanFile | None = None,
    by: Scope,
    now: datetime,
) -> Correction:
    """Say what is right about oneself or somebody one may act for. The kept value stays until it is checked.

    Raises Person.DoesNotExist outside the reach, Invalid for an unreadable or unchanged value, Conflict while
    the same attribute is being checked.
    """
    right = _read(attribute, value)
    if not reason.strip():
        text = _("请写明哪里不对、依据是什么。")
        raise Invalid("reason_missing", text, {"reason": text})
    due = _core.due_of("correction_days", now=now)
    name = storage.keep(paper.content) if paper else ""
    try:
        with transaction.atomic(durable=True):
            person = (
                acted_for_by(by, timezone.localdate(now))
                .select_related("community", "detail")
                .select_for_update(of=("self",), no_key=True)
                .get(pk=person_id)
            )
            _check_news(person, attribute, right)
            found = Correction.objects.create(
                person=person,
                attribute=attribute,
                answers=ATTRIBUTES[attribute].answers,
                value=right,
                reason=reason.strip()[:MAX_REASON],
                filed_by=_core.account_of(by),
                filed_at=now,
                due_on=due.day,
                due_is_provisional=due.is_provisional,
            )
            if paper is not None:
                _keep(paper, name, found)
            _core.trail("correction.filed", found, by=by, now=now)
            _core.tell("correction.filed", found, now=now)
    except Exception:
        if name:
            storage.drop(name)
        raise
    return found


def _read(attribute: str, value: str) -> str:
    try:
        right = ATTRIBUTES[attribute].read(value) if value.strip() else ""
    except Invalid as error:
        raise Invalid(error.code, error.message, {"value": error.message}) from None
    if not right:
        text = _("请填写正确的内容。")
        raise Invalid("value_missing", text, {"value": text})
    return right


def _check_news(person: Person, attribute: str, right: str) -> None:
    if kept(person, attribute)[0] == right:
        text = _("登记的就是这个内容，不用更正。")
        raise Invalid("unchanged", text, {"value": text})
    if Correction.objects.of_person(person.pk).open().filter(attribute=attribute).exists():
        raise Conflict("already_asked", _("这一项正在核对，请等答复，或先撤回再提。"))


def _keep(paper: CleanFile, name: str, found: Correction) -> None:
    Paper.objects.create(
        correction=found, title=paper.name[:120], kind=paper.kind, size=paper.size, stored_as=name
    )


def look_at_correction(correction_id: UUID, *, by: Scope, now: datetime) -> None:
    _core.look(Correction, correction_id, name="correction", by=by, now=now)


def sources_of(found: Correction) -> list[SourceRecord]:
    """What each source says: whoever answers for an attribute sees who says otherwise."""
    return list(SourceRecord.objects.filter(person_id=found.person_id).order_by("source_id"))


def reveal_correction(
    correction_id: UUID, *, is_proven: bool, by: Scope, now: datetime
) -> tuple[str, str]:
    """The secret value that is kept and the one that is said to be right, in full. Raises ProofNeeded."""
    if not by.has(Power.REVEAL_FIELDS):
        raise NotAllowed("no_power", _("您的任职不能查看完整信息。"))
    with transaction.atomic():
        found = (
            Correction.objects.visible_to(by)
            .select_related("person__community", "person__detail")
            .get(pk=correction_id)
        )
        guard_reveal(found.person, is_proven=is_proven, by=by, now=now)
        _look("correction.revealed", found, by=by, now=now)
    return kept(found.person, found.attribute)[0], found.value


def accept_correction(
    correction_id: UUID, *, answer: str = "", by: Scope, now: datetime
) -> Correction:
    """What the resident says is right. Where no register knows better it is his own word, else a decision."""
    with transaction.atomic(durable=True):
        found = _core.claim(Correction, correction_id, RequestAction.ACCEPT, by=by)
        person, key = found.person, found.attribute
        if key == "id_number":
            _check_number(person, found.value)
        statement = Statement(person.pk, {key: found.value}, now)
        say([statement], source=SELF, by=by, now=now)
        heard = Person.objects.select_related("detail").get(pk=person.pk)
        if kept(heard, key)[0] != found.value:
            say([statement], source=DECISION, by=by, now=now)
        feedback.corrected(found.pk, person, key, right=found.value, now=now)
        return _core.close(
            found, RequestAction.ACCEPT, answer=answer, name="correction", by=by, now=now
        )


def refuse_correction(correction_id: UUID, *, answer: str, by: Scope, now: datetime) -> Correction:
    """The base stays as it is; the reason and the remedy go to whoever asked."""
    with transaction.atomic(durable=True):
        found = _core.claim(Correction, correction_id, RequestAction.REFUSE, by=by)
        return _core.close(
            found, RequestAction.REFUSE, answer=answer, name="correction", by=by, now=now
        )


def withdraw_correction(correction_id: UUID, *, by: Scope, now: datetime) -> Correction:
    with transaction.atomic(durable=True):
        found = _core.claim(Correction, correction_id, RequestAction.WITHDRAW, by=by)
        return _core.close(found, RequestAction.WITHDRAW, name="correction", by=by, now=now)


def open_paper(paper_id: UUID, *, by: Scope, now: datetime) -> tuple[Paper, bytes]:
    """The bytes of a paper. When staff look, the look stands in the audit trail first."""
    with transaction.atomic():
        paper = (
            Paper.objects.visible_to(by)
            .select_related("correction__person__community")
            .get(pk=paper_id)
        )
        if by.is_staff:
            guard_opening(paper.correction.person, by=by, now=now)
            _look("correction.paper", paper.correction, by=by, now=now)
    return paper, storage.read(paper.stored_as)


def _look(action: str, found: Correction, *, by: Scope, now: datetime) -> None:
    entry = _core.trail(action, found, reason=Purpose.CORRECTION, by=by, now=now)
    raise_alarm(found.person, entry, by=by, now=now)


def _check_number(person: Person, number: str) -> None:
    if Person.objects.with_number(number).exclude(pk=person.pk).exists():
        raise Conflict(
            "number_taken", _("另有一份档案是这个证件号码，请先核对是否重复登记，再处理这份申请。")
        )
    named = User.objects.filter(username=usernames.of_resident(number)).first()
    if named is not None and named.pk != person.account_id:
        raise Conflict(
            "name_taken", _("另有一个账号用这个号码登录，请先查清是谁的账号，再处理这份申请。")
        )
