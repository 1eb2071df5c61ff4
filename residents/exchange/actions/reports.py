"""A department asks communities for a report; the office decides; communities fill in, or refuse."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _, ngettext

from accounts import audit
from common.errors import Conflict, Invalid, NotAllowed
from common.ids import uuid7
from community.governance.enums import PlaceLevel, Power, Role
from community.governance.models import Body, Place, Post
from community.governance.scopes import Scope
from notifications import outbox
from residents.base import actions as base
from residents.base.attributes import ATTRIBUTES
from residents.exchange import rules
from residents.exchange.actions.setup import check_entitled
from residents.exchange.actions.typed import note_many
from residents.exchange.enums import FormState, Frequency, RequestState, TypedIn
from residents.exchange.layouts import ANSWER
from residents.exchange.models import (
    ExchangeFigure,
    ExportTemplate,
    ReportForm,
    ReportLine,
    ReportRefusal,
    ReportRequest,
)
from residents.exchange.querysets.persons import Texts, chosen, values_of

SOURCE = "counter"  # whose word it is, what a community fills in
MAX_ANSWER = 200
Typed = Mapping[UUID, Mapping[str, str]]  # by person: what was typed, by the value of the column


# --- asked ----------------------------------------------------------------------------------------
def request_report(
    *,
    place: Place,
    name: str,
    purpose: str,
    basis: str,
    headings: Sequence[str],
    persons: Mapping[str, Any],
    frequency: Frequency,
    due_on: date,
    by: Scope,
    now: datetime,
) -> ReportRequest:
    """Ask the communities of a place for a form. What the base holds is never asked of them.

    Raises NotAllowed where the base holds everything (an export answers that), without enough notice, or
    without an entitlement; beyond the month's number it waits for the office's explicit yes.
    """
    today = timezone.localdate(now)
    if not by.covers(Power.REQUEST_REPORTS, place.path) or by.user_id is None or not by.body_id:
        raise Place.DoesNotExist
    content: dict[str, Any] = {"columns": rules.columns_of(headings), "persons": dict(persons)}
    check_entitled(content, by.body_key, today)
    if not any(each["value"].startswith(ANSWER) for each in content["columns"]):
        text = _("这些内容基础库都有，不用社区填，请到“部门表格”直接导出。")
        raise Invalid("held_entirely", text, {"headings": text})
    notice = _figure("notice_days", today, by.body_key)
    if due_on < today + timedelta(days=notice):
        text = _("至少要提前%(days)s天，请把截止日期往后放。") % {"days": notice}
        raise Invalid("notice_too_short", text, {"due_on": text})
    lasts = 0 if frequency == Frequency.ONCE else _figure("report_days", today, by.body_key)
    with transaction.atomic():
        Body.objects.select_for_update(no_key=True).get(pk=by.body_id)  # counts one at a time
        request = ReportRequest.objects.create(
            body_id=by.body_id,
            place=place,
            name=name,
            purpose=purpose,
            basis=basis,
            content=content,
            frequency=frequency,
            due_on=due_on,
            ends_on=due_on + timedelta(days=lasts),
            is_over_quota=_is_over_quota(by.body_id, by.body_key, today),
            requested_by_id=by.user_id,
            requested_at=now,
        )
        _note("report.requested", request, by=by, now=now, reason=purpose)
    return request


def _is_over_quota(body_id: UUID, body_key: str, today: date) -> bool:
    month = ReportRequest.objects.filter(
        body_id=body_id, requested_at__year=today.year, requested_at__month=today.month
    )
    return month.count() >= _figure("requests_a_month", today, body_key)


def _figure(code: str, today: date, body_key: str = "") -> int:
    return ExchangeFigure.objects.in_force(today, code, body_key).value


# --- decided --------------------------------------------------------------------------------------
def decide_request(
    request_id: UUID,
    *,
    approve: bool,
    over_quota: bool = False,
    note: str,
    by: Scope,
    now: datetime,
) -> ReportRequest:
    """The community office says yes or no; a yes opens the forms. `over_quota` is its explicit yes to more
    than the month's number."""
    today = timezone.localdate(now)
    with transaction.atomic():
        request = (
            ReportRequest.objects.visible_to(by)
            .filter(by.within(Power.APPROVE_REPORTS))
            .select_related("body", "place")
            .select_for_update(of=("self",))
            .get(pk=request_id)
        )
        if request.state != RequestState.WAITING:
            raise Conflict("already_decided", _("这件已经有人处理，请刷新页面。"))
        if not approve and not note:
            text = _("不批准须写明理由。")
            raise Invalid("note_missing", text, {"note": text})
        if approve:
            _check_may_approve(request, today, over_quota=over_quota)
        request.decided_by_id, request.decided_at, request.decision_note = by.user_id, now, note
        request.state = RequestState.APPROVED if approve else RequestState.REJECTED
        if approve:
            request.template = _template(request, today)
        request.save()
        action = "report.approved" if approve else "report.rejected"
        _note(action, request, by=by, now=now, reason=note)
        _tell(action, request, now)
        if approve:
            _open(request, request.due_on, now)
    return request


def _check_may_approve(request: ReportRequest, today: date, *, over_quota: bool) -> None:
    if request.is_over_quota and not over_quota:
        text = _("这个部门本月的报表已超出数量；仍要批准，请勾选“批准超出数量”。")
        raise Invalid("over_quota", text, {"over_quota": text})
    notice = _figure("notice_days", today, request.body.key)
    if request.due_on < today + timedelta(days=notice):
        raise NotAllowed(
            "notice_too_short",
            _("离截止已不足%(days)s天，社区来不及填，请不批准并让部门改期。") % {"days": notice},
        )


def _template(request: ReportRequest, today: date) -> ExportTemplate:
    """The department fetches what comes in as an export, under the same rules as every other."""
    return ExportTemplate.objects.create(
        code=f"report-{request.number.lower()}",
        body_key=request.body.key,
        version=1,
        name=request.name,
        purpose=request.purpose,
        basis=request.basis,
        content=request.content,
        valid_from=today,
    )


def _open(request: ReportRequest, due_on: date, now: datetime) -> int:
    today = timezone.localdate(now)
    communities = Place.objects.on(today).filter(
        level=PlaceLevel.COMMUNITY, path__startswith=request.place.path
    )
    have = set(request.forms.filter(due_on=due_on).values_list("community_id", flat=True))
    forms = [
        ReportForm(request=request, community=each, due_on=due_on, opened_at=now)
        for each in communities.order_by("path")
        if each.pk not in have
    ]
    ReportForm.objects.bulk_create(forms, ignore_conflicts=True)
    for form in forms:
        _tell_community(form, now)
    return len(forms)


def _tell_community(form: ReportForm, now: datetime) -> None:
    """Whoever leads the station that serves it sees to it that the form is filled in."""
    path, today = form.community.path, timezone.localdate(now)
    posts = Post.objects.holding(Power.FILL_REPORTS, path, today)
    leaders = posts.filter(role=Role.STATION_DIRECTOR).order_by().values_list("user_id", flat=True)
    for user_id in sorted(set(leaders)):
        outbox.post(
            "report.opened",
            key=f"form:{form.pk}:{user_id}",
            user_id=user_id,
            about=f"form:{form.pk}",
            place_path=path,
            params={
                "report": form.request.name,
                "date": formats.date_format(form.due_on, "Y-m-d"),
            },
            now=now,
        )


def open_forms(*, now: datetime) -> int:
    """Open the next form of what is asked again and again, as long before its day as the notice says."""
    today = timezone.localdate(now)
    opened = 0
    for request in ReportRequest.objects.recurring(today).select_related("body", "place"):
        notice = timedelta(days=_figure("notice_days", today, request.body.key))
        have = set(request.forms.values_list("due_on", flat=True))
        for day in rules.due_days(request.due_on, request.frequency, request.ends_on):
            if day not in have and today <= day <= today + notice:
                opened += _open(request, day, now)
    return opened


# --- filled in ------------------------------------------------------------------------------------
def rows_of(form: ReportForm, ids: Sequence[UUID], *, today: date) -> dict[UUID, Texts]:
    """What a form says of these persons so far: what the base holds, and the answers of now or last time."""
    request = form.request
    now_said = {
        line.person_id: line.answers
        for line in ReportLine.objects.filter(form=form, person_id__in=ids)
    }
    before = ReportLine.objects.last_answers(request.pk, ids, before=form.due_on)
    answers = {pk: {**before.get(pk, {}), **now_said.get(pk, {})} for pk in ids}
    keys = [*request.layout.values, "full_name"]
    return values_of(ids, keys, today=today, answers=answers)


def people_of(form: ReportForm, *, today: date) -> Any:
    return chosen(form.request.layout.persons, form.community.path, today).order_by("pinyin", "id")


def save_form(form_id: UUID, typed: Typed, *, by: Scope, now: datetime) -> ReportForm:
    """Keep what was typed of some persons. An attribute that the base lacked goes into the base, so that nobody
    is asked again; one that it held is noted as typed twice, and left alone."""
    today = timezone.localdate(now)
    with transaction.atomic():
        form = _form(form_id, by=by)
        ids = list(people_of(form, today=today).filter(pk__in=typed).values_list("pk", flat=True))
        rows = rows_of(form, ids, today=today)
        layout = form.request.layout
        asked = {each.value for each in layout.columns if each.value.startswith(ANSWER)}
        lines, statements = [], []
        twice: dict[UUID, Collection[str]] = {}
        for pk in ids:
            given = {key: " ".join(text.split()) for key, text in typed[pk].items()}
            if any(len(text) > MAX_ANSWER for text in given.values()):
                raise Invalid("too_long", _("每格最多200字，请缩短。"))
            answers = {key.removeprefix(ANSWER): given[key] for key in asked & set(given)}
            lines.append(ReportLine(id=uuid7(), form=form, person_id=pk, said=_dump(answers)))
            known = {key for key in given if key in ATTRIBUTES and key in layout.values}
            twice[pk] = {key for key in known if given[key] and rows[pk].get(key)}
            fresh = {key: given[key] for key in known if given[key] and not rows[pk].get(key)}
            statements += [base.Statement(pk, _read(pk, fresh), now)] if fresh else []
        note_many(twice, typed_in=TypedIn.REPORT, form=form.request.name, now=now)
        ReportLine.objects.filter(form=form, person_id__in=ids).delete()
        ReportLine.objects.bulk_create(lines)
        if statements:
            base.say(statements, source=SOURCE, reason=form.request.name, by=by, now=now)
    return form


def _read(person_id: UUID, values: Mapping[str, str]) -> dict[str, str]:
    """Canonical texts. Raises Invalid, which names the cell."""
    found = {}
    for key, text in values.items():
        try:
            found[key] = ATTRIBUTES[key].read(text)
        except Invalid as error:
            raise Invalid(
                error.code, error.message, {cell_of(person_id, key): error.message}
            ) from None
    return found


def cell_of(person_id: UUID, value: str) -> str:
    """The name under which a form asks for one thing about one person."""
    return f"{person_id}|{value}"


def _dump(answers: Mapping[str, str]) -> str:
    return json.dumps(answers, ensure_ascii=False, sort_keys=True)


def submit_form(form_id: UUID, *, by: Scope, now: datetime) -> ReportForm:
    """Hand the form in. What was not touched stays as it was last time; what was never answered must be."""
    today = timezone.localdate(now)
    with transaction.atomic():
        form = _form(form_id, by=by)
        ids = list(people_of(form, today=today).values_list("pk", flat=True))
        rows = rows_of(form, ids, today=today)
        layout = form.request.layout
        asked = [each.value for each in layout.columns if each.value.startswith(ANSWER)]
        missing = sum(not rows[pk].get(key) for pk in ids for key in asked)
        if missing:
            raise Invalid(
                "answers_missing",
                ngettext(
                    "还有%(count)s格没有填，没有的请写“无”。",
                    "还有%(count)s格没有填，没有的请写“无”。",
                    missing,
                )
                % {"count": missing},
            )
        before = ReportLine.objects.last_answers(form.request_id, ids, before=form.due_on)
        kept = sum(
            before.get(pk, {}).get(key.removeprefix(ANSWER)) == rows[pk][key]
            for pk in ids
            for key in asked
        )
        held = sum(
            bool(rows[pk].get(each.value)) for pk in ids for each in layout.columns if each.value
        )
        cost = rules.Cost(held - len(ids) * len(asked), kept, len(ids) * len(asked) - kept)
        ReportLine.objects.filter(form=form).delete()
        ReportLine.objects.bulk_create(
            ReportLine(
                id=uuid7(),
                form=form,
                person_id=pk,
                said=_dump({key.removeprefix(ANSWER): rows[pk][key] for key in asked}),
            )
            for pk in ids
        )
        _close(form, cost, by=by, now=now)
    return form


def _close(form: ReportForm, cost: rules.Cost, *, by: Scope, now: datetime) -> None:
    rate = _figure("cell_seconds", timezone.localdate(now))
    form.state, form.filled_by_id, form.filled_at = FormState.FILLED, by.user_id, now
    form.cells_held, form.cells_kept, form.cells_typed = cost.held, cost.kept, cost.typed
    form.minutes_spent, form.minutes_saved = cost.minutes_spent(rate), cost.minutes_saved(rate)
    form.save()
    audit.record(
        "report.filled",
        by=by,
        target=form,
        place_path=form.community.path,
        detail={"number": form.request.number, "typed": cost.typed, "kept": cost.kept},
        now=now,
    )


def _form(form_id: UUID, *, by: Scope) -> ReportForm:
    form = (
        ReportForm.objects.visible_to(by)
        .select_related("request", "community")
        .select_for_update(of=("self",))
        .get(pk=form_id)
    )
    if form.state != FormState.OPEN:
        raise Conflict("already_filled", _("这张报表已经填报。"))
    return form


# --- refused --------------------------------------------------------------------------------------
def refuse_report(
    *,
    community: Place,
    body: Body,
    what: str,
    reason: str,
    request: ReportRequest | None = None,
    by: Scope,
    now: datetime,
) -> ReportRefusal:
    """Refuse a report that the office has not approved. Raises NotAllowed for one that it has."""
    if not by.covers(Power.FILL_REPORTS, community.path) or by.user_id is None or not by.body_id:
        raise Place.DoesNotExist
    rule = ExchangeFigure.objects.in_force(timezone.localdate(now), "approval_needed", body.key)
    with transaction.atomic():
        if request is not None:
            request = ReportRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
            if request.state == RequestState.APPROVED:
                raise NotAllowed("approved", _("这张报表社区办已批准，不能拒绝。"))
        refusal = ReportRefusal.objects.create(
            request=request,
            body=body,
            community=community,
            what=what,
            reason=reason,
            basis=rule.basis,
            refused_by_id=by.user_id,
            refused_body_id=by.body_id,
            refused_at=now,
        )
        audit.record(
            "report.refused",
            by=by,
            target=refusal,
            place_path=community.path,
            reason=reason,
            detail={"number": refusal.number, "office": body.key},
            now=now,
        )
    return refusal


def _note(
    action: str, request: ReportRequest, *, by: audit.Actor, now: datetime, reason: str
) -> None:
    audit.record(
        action,
        by=by,
        target=request,
        place_path=request.place.path,
        reason=reason,
        detail={"number": request.number, "over_quota": request.is_over_quota},
        now=now,
    )


def _tell(kind: str, request: ReportRequest, now: datetime) -> None:
    outbox.post(
        kind,
        key=f"report:{request.pk}:{kind}",
        user_id=request.requested_by_id,
        about=f"report:{request.pk}",
        place_path=request.place.path,
        params={"report": request.name},
        now=now,
    )
