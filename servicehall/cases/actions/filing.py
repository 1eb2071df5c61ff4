"""From a draft to a case: what the applicant, or a clerk for a person standing there, does."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common import storage
from common.errors import Invalid, NotAllowed
from common.numbers import query_code, with_check
from community.governance.models import Body, WorkCalendarYear
from community.governance.scopes import Scope
from residents.base.models import Person
from residents.exchange.actions.typed import note_typed
from residents.exchange.enums import TypedIn
from servicehall.cases import followers, routing, standing
from servicehall.cases.actions import _core
from servicehall.cases.actions.cosigning import ask_signatures
from servicehall.cases.actions.proposing import answer_proposal
from servicehall.cases.enums import CaseState
from servicehall.cases.followers import Happening
from servicehall.cases.models import Case, CaseEvent, CaseFamily, Draft, Upload
from servicehall.cases.proxies import filed_for_by
from servicehall.cases.rules import case_number
from servicehall.catalogue import answering
from servicehall.catalogue.certificates import refusals_in
from servicehall.catalogue.enums import Channel
from servicehall.catalogue.models import (
    HallLimit,
    ItemVersion,
    Window,
)


def start_draft(version: ItemVersion, *, applicant: Person, by: Scope, now: datetime) -> Draft:
    """Open a draft, or the one already open for this item, person and typist."""
    check_may_file(applicant, version.item_id, by=by, now=now)
    with transaction.atomic():
        draft, is_new = Draft.objects.get_or_create(
            owner_id=by.user_id,
            version=version,
            applicant=applicant,
            is_filed=False,
            defaults={"created_at": now, "changed_at": now},
        )
        if is_new and is_proxy(applicant, by=by):
            # The form shows what the base knows of him: he reads who saw it.
            _trail_proxy("case.started_for", draft, by=by, now=now)
    return draft


def open_draft(version: ItemVersion, *, applicant: Person, by: Scope, now: datetime) -> Draft:
    """The draft already open for this item and person, under whatever version it was begun, or a new one.

    The pages say what has changed since.
    """
    check_may_file(applicant, version.item_id, by=by, now=now)
    begun = Draft.objects.visible_to(by).filter(
        version__item_id=version.item_id, applicant=applicant
    )
    older = begun.exclude(version=version).first()
    return older or start_draft(version, applicant=applicant, by=by, now=now)


def check_may_file(applicant: Person, item_code: str, *, by: Scope, now: datetime) -> None:
    """A clerk for whoever stands there; a resident for himself and for whom he may act."""
    if by.is_staff:
        if not by.has("accept_cases"):
            raise NotAllowed("no_power", _("您的任职没有收件权限。"))
        return
    if not by.is_nobody and applicant.account_id == by.user_id:
        return
    may = filed_for_by(by, timezone.localdate(now), item_code)
    if by.is_nobody or not may.filter(pk=applicant.pk).exists():
        raise NotAllowed(
            "not_yours",
            _("只能为本人、被监护人、允许您替办的家人或者委托您的人申请；其他情况请到服务站窗口。"),
        )


def is_proxy(applicant: Person, *, by: Scope) -> bool:
    return not by.is_staff and applicant.account_id != by.user_id


def _trail_proxy(code: str, draft: Draft, *, by: Scope, now: datetime) -> None:
    audit.record(
        code,
        by=by,
        target=draft,
        person_id=draft.applicant_id,
        place_path=draft.applicant.community.path,
        detail={"item": draft.version.item_id},
        now=now,
    )


def save_draft(
    draft_id: uuid.UUID, answers: Mapping[str, Any], *, step: str, by: Scope, now: datetime
) -> Draft:
    """Merge a page of answers into the draft. Nothing is checked yet: half a thought may be saved."""
    with transaction.atomic():
        draft = Draft.objects.visible_to(by).select_for_update(of=("self",)).get(pk=draft_id)
        known = {field["key"] for field in draft.version.questions} | {"contact_phone"}
        merged = answering.load_answers(draft.answers or "{}")
        merged.update({key: value for key, value in answers.items() if key in known})
        draft.answers = answering.dump_answers(merged)
        draft.step = step
        draft.changed_at = now
        draft.save(update_fields=["answers", "step", "changed_at"])
    return draft


def discard_draft(draft_id: uuid.UUID, *, by: Scope) -> None:
    """Forget a draft and the files that were uploaded for it."""
    with transaction.atomic(durable=True):
        draft = Draft.objects.visible_to(by).select_for_update(of=("self",)).get(pk=draft_id)
        names = list(draft.uploads.values_list("stored_as", flat=True))
        draft.delete()
    for name in names:
        storage.drop(name)


def forget_drafts(person_id: uuid.UUID) -> list[str]:
    """All that a person began and did not file, in the transaction of his deletion; files as in `forget_papers`."""
    rows = Draft.objects.begun_by(person_id).select_for_update(of=("self",)).order_by("pk")
    drafts = list(rows)
    files = Upload.objects.filter(draft__in=drafts).order_by("pk")
    names = list(files.values_list("stored_as", flat=True))
    families = [draft.family_id for draft in drafts if draft.family_id]
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
    CaseFamily.objects.filter(pk__in=families, filed_at__isnull=True, drafts__isnull=True).delete()
    return names


def submit(
    draft_id: uuid.UUID, *, by: Scope, now: datetime, channel: Channel = Channel.ONLINE
) -> Case:
    """File the draft. The same draft twice gives the same case.

    Raises Invalid with the field errors, NotAllowed when nobody serves the place.
    """
    with transaction.atomic(durable=True):
        filed = Case.objects.filter(draft_id=draft_id, draft__owner_id=by.user_id).first()
        if filed is not None:
            return filed
        draft = (
            Draft.objects.filter(owner_id=by.user_id)
            .select_related("version__item", "applicant__community")
            .select_for_update(of=("self",))
            .get(pk=draft_id)
        )
        if draft.is_filed:
            return Case.objects.get(draft=draft)
        return file_draft(draft, by=by, now=now, channel=channel)


def file_draft(draft: Draft, *, by: Scope, now: datetime, channel: Channel) -> Case:
    """What every way of filing ends in. Called inside the transaction of an action."""
    check_may_file(draft.applicant, draft.version.item_id, by=by, now=now)
    answers = answering.fold_answers(draft.version.questions, answering.load_answers(draft.answers))
    uploads = list(draft.uploads.all())
    errors = answering.check_answers(
        draft.version.questions,
        answers,
        files=all_files(draft) if by.is_staff else {upload.field for upload in uploads},
    )
    if errors:
        raise Invalid("answers_incomplete", _("还有内容没有填好，请按提示修改。"), errors)
    # Every door leads through here; the pages say it sooner.
    if refused := refusals_in(draft.version, answers):
        raise Invalid("answers_not_issued", next(iter(refused.values())), refused)
    today = timezone.localdate(now)
    if not draft.version.in_force_on(today):
        raise NotAllowed("version_retired", _("这个事项已更新，请重新开始填写，已填内容会保留。"))
    case = _new_case(draft, answers, by=by, now=now, channel=channel)
    _note_typed_twice(draft, answers, now=now)
    ask_signatures(case, answers, now=now)
    Upload.objects.filter(draft=draft).update(case=case)
    draft.is_filed = True
    draft.answers = None
    draft.save(update_fields=["is_filed", "answers"])
    event = CaseEvent.objects.create(
        case=case,
        action="file",
        to_state=case.state,
        at=now,
        user_id=by.user_id,
        post_id=by.post_id,
        post_label=by.post_label,
    )
    audit.record(
        "case.file",
        by=by,
        target=case,
        person_id=case.applicant_id,
        place_path=case.community.path,
        detail={"number": case.number, "item": draft.version.item_id, "channel": channel.value},
        now=now,
    )
    _core.tell(case, "case.received", event_id=event.pk, now=now)
    if is_proxy(draft.applicant, by=by):
        _core.tell(case, "case.filed_for_you", event_id=event.pk, now=now)
    answer_proposal(case, now=now)
    followers.tell(Happening(case, event, by, now))
    return case


def all_files(draft: Draft) -> set[str]:
    """At the counter papers are shown, not uploaded: no file field is missing there."""
    return {field["key"] for field in draft.version.questions if field["type"] == "file"}


def _note_typed_twice(draft: Draft, answers: Mapping[str, Any], *, now: datetime) -> None:
    """A question without a proposal, answered with what the base holds, is work that nobody should have."""
    headings = [
        question["label"]["zh"]
        for question in draft.version.questions
        if answers.get(question["key"]) and not question.get("prefill")
    ]
    note_typed(
        draft.applicant, headings, typed_in=TypedIn.CASE, form=draft.version.name["zh"], now=now
    )


def _new_case(
    draft: Draft, answers: answering.Answers, *, by: Scope, now: datetime, channel: Channel
) -> Case:
    version, applicant = draft.version, draft.applicant
    today = timezone.localdate(now)
    directory = routing.directory(applicant.community, today)
    acting = Body.objects.public().filter(pk=by.body_id).first() if by.body_id else None
    station = routing.station_for(directory, acting=acting, any_station=version.any_station)
    general = Window.objects.public().filter(is_general=True).values_list("code", flat=True).first()
    window = routing.window_for(
        version.item.window_id, station=station, general=general or version.item.window_id
    )
    calendar = WorkCalendarYear.objects.calendar()
    limits = HallLimit.objects.in_force(today)
    received = calendar.start_day(now, station.closes_at)
    phone = str(answers.pop("contact_phone", "") or "") or applicant.phone or ""
    return Case.objects.create(
        number=new_number(station, today),
        query_code=query_code(),
        version=version,
        window_id=window,
        applicant=applicant,
        about_id=standing.child_of(version, applicant.pk, answers),
        contact_phone=phone or None,
        community=applicant.community,
        station=station,
        handler=station,
        channel=channel,
        answers=answering.dump_answers(answers),
        draft=draft,
        filed_by_id=by.user_id,
        filed_at=now,
        filed_on=today,
        received_on=received,
        state=CaseState.SUBMITTED,
        act_by_on=calendar.add(received, limits.check_days).day,
    )


def new_number(station: Body, today: date) -> str:
    """The next 办件编号 of the acceptance point. A sequence, not a counter row: nobody waits for another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('servicehall_case_serial')")
        (serial,) = cursor.fetchone()
    return with_check(case_number(station.place.code, today, serial))
