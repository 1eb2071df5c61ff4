"""A file for a department: asked for, gathered, perhaps decided by a second person, written, fetched, deleted.

Each step is one transaction that begins with the row of the run. A worker that dies leaves the last whole
step behind, and the next one goes on from there (security.md F23).
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _, override

from accounts import audit, budget, limits
from accounts.models import User
from common.crypto import blind_index
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import BodyKind, Power
from community.governance.models import Body, Place, Post
from community.governance.scopes import Scope
from notifications import outbox
from residents.base.models import Person
from residents.exchange import sealed, sheets
from residents.exchange.actions.setup import check_entitled
from residents.exchange.enums import RunState
from residents.exchange.layouts import LETTER_DATE, Cell, Layout, Values, written
from residents.exchange.models import (
    ExchangeFigure,
    ExportRow,
    ExportRun,
    ExportTemplate,
    ReportLine,
    ReportRequest,
)
from residents.exchange.querysets.persons import Answers, chosen, values_of

CHUNK = 1000


# --- asked for ------------------------------------------------------------------------------------
def request_export(
    template_id: UUID,
    place: Place,
    *,
    is_delta: bool,
    recipient: str,
    purpose: str,
    by: Scope,
    now: datetime,
) -> ExportRun:
    """Ask for a file. `recipient` is the person at the department who answers for it from then on.

    Raises DoesNotExist outside the reach, NotAllowed over the day's number or without an entitlement.
    """
    today = timezone.localdate(now)
    template = ExportTemplate.objects.visible_to(by).on(today).get(pk=template_id)
    if by.user_id is None or by.post_id is None or by.body_id is None:
        raise ExportTemplate.DoesNotExist
    if not by.covers(Power.EXPORT_DATA, place.path):
        raise Place.DoesNotExist
    check_entitled(template.content, template.body_key, today)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.user_id)  # counts one at a time
        limit = ExchangeFigure.objects.in_force(today, "exports_a_day").value
        midnight = timezone.make_aware(datetime.combine(today, time.min))
        mine = ExportRun.objects.filter(requested_by_id=by.user_id, requested_at__gte=midnight)
        if mine.count() >= limit:
            raise NotAllowed(
                "too_many_exports", _("您今天已导出%(limit)s次，请明天再来。") % {"limit": limit}
            )
        run = ExportRun.objects.create(
            template=template,
            place=place,
            is_delta=is_delta,
            recipient=recipient,
            purpose=purpose,
            requested_by_id=by.user_id,
            requested_post=by.post_id,
            requested_post_label=by.post_label,
            requested_body_id=by.body_id,
            requested_at=now,
        )
        _note("export.requested", run, by=by, now=now, reason=purpose)
    return run


# --- worked on ------------------------------------------------------------------------------------
def advance(run_id: UUID, *, now: datetime) -> bool:
    """Do the next step of a run; False when there is none, or another worker is at it."""
    with transaction.atomic():
        run = (
            ExportRun.objects.to_do()
            .select_related("template", "place")
            .select_for_update(of=("self",), skip_locked=True)
            .filter(pk=run_id)
            .first()
        )
        if run is None:
            return False
        if run.state == RunState.GATHERING:
            _gather(run, now)
        else:
            _write(run, now)
    return True


def _gather(run: ExportRun, now: datetime) -> None:
    """Look at the next thousand persons and keep those whose row goes out."""
    today = timezone.localdate(now)
    layout = run.template.layout
    here = chosen(layout.persons, run.place.path, today).order_by("pk")
    if run.cursor:
        here = here.filter(pk__gt=run.cursor)
    ids = list(here.values_list("pk", flat=True)[:CHUNK])
    values = values_of(ids, layout.values, today=today, answers=_answers(run, ids))
    before: dict[UUID, bytes] = {}
    if run.is_delta:
        before = ExportRow.objects.delivered(run.template.code, run.place_id, ids)
    rows = [
        ExportRow(run=run, person_id=pk, digest=mark)
        for pk, each in values.items()
        if before.get(pk) != (mark := _digest(run.template, layout, each))
    ]
    ExportRow.objects.bulk_create(rows)
    run.rows += len(rows)
    run.looked_at += len(ids)
    if ids:
        run.cursor = ids[-1]
    if len(ids) < CHUNK:
        _gathered(run, now)
    run.save(update_fields=["rows", "looked_at", "cursor", "state"])


def _gathered(run: ExportRun, now: datetime) -> None:
    today = timezone.localdate(now)
    alone = ExchangeFigure.objects.in_force(today, "rows_one_person").value
    persons = ExportRow.objects.filter(run=run).values_list("person_id", flat=True)
    most = ExchangeFigure.objects.in_force(today, "rows_a_file").value
    if not run.rows:
        run.state = RunState.EMPTY
    elif run.rows > most:
        figures = {"rows": run.rows, "most": most}
        _stop(
            run,
            _("共%(rows)s行，超过一个文件的上限%(most)s行，请按街道或社区分开导出。") % figures,
            now,
        )
    elif run.rows > alone or not budget.count_many(
        run.requested_by_id, persons, most=limits.in_force(today).files_most, now=now
    ):
        # Many small files are a large one: together with the files opened today they are the day's budget.
        run.state = RunState.WAITING
        _tell("export.waiting", run, now)
        _tell_approvers(run, now)
    else:
        run.state = RunState.WRITING


def _stop(run: ExportRun, why: str, now: datetime) -> None:
    """The rule says no: what was gathered goes, the reason stays."""
    run.state, run.decision_note = RunState.REJECTED, why[:200]
    run.save(update_fields=["state", "decision_note"])
    ExportRow.objects.filter(run=run).delete()
    _tell("export.rejected", run, now)


def _write(run: ExportRun, now: datetime) -> None:
    """Make the file of the persons who were gathered, as they are now, and say that it is there."""
    today = timezone.localdate(now)
    try:
        check_entitled(run.template.content, run.template.body_key, today)
        _check_asker(run, today)
    except NotAllowed as refusal:
        _stop(run, str(refusal.message), now)
        return
    layout = run.template.layout
    gathered = ExportRow.objects.filter(run=run)
    still = chosen(layout.persons, run.place.path, today).filter(
        pk__in=gathered.values("person_id")
    )
    order = list(still.order_by("community__path", "pinyin", "pk").values_list("pk", flat=True))
    gathered.exclude(person_id__in=order).delete()
    run.rows = len(order)
    if not order:
        run.state = RunState.EMPTY
        run.save(update_fields=["rows", "state"])
        return
    content = _file(run, layout, order, now)
    days = ExchangeFigure.objects.in_force(today, "file_days").value
    run.state, run.written_at, run.expires_at = RunState.READY, now, now + timedelta(days=days)
    run.sha256, run.size = hashlib.sha256(content).hexdigest(), len(content)
    run.save()
    audit.record(
        "export.written",
        by=audit.SYSTEM,
        target=run,
        place_path=run.place.path,
        detail={"number": run.number, "rows": run.rows, "sha256": run.sha256},
        now=now,
    )
    _tell("export.ready", run, now)
    sealed.keep(run.pk, content)


def _check_asker(run: ExportRun, day: date) -> None:
    """What waited for a second person may have outlived the post of the first."""
    posts = Post.objects.holding(Power.EXPORT_DATA, run.place.path, day)
    if not posts.filter(pk=run.requested_post, user_id=run.requested_by_id).exists():
        raise NotAllowed(
            "asker_left", _("申请人已不在这个岗位，请退回；需要的，由在岗的人重新申请。")
        )


def _file(run: ExportRun, layout: Layout, order: list[UUID], now: datetime) -> bytes:
    mark = watermark(run, now)
    table = sheets.Table(
        sheet=layout.sheet,
        titles=[_filled(title, run, now) for title in layout.titles],
        headings=[column.heading for column in layout.columns],
        rows=_rows(run, layout, order, now),
        mark=mark,
        paper=layout.paper,
    )
    if layout.format == "csv":
        return sheets.as_csv(table, layout.encoding)
    hidden = {
        "export": str(run.pk),
        "requester": str(run.requested_by_id),
        "post": run.requested_post_label,
        "written_at": now.isoformat(),
    }
    return sheets.as_xlsx(table, hidden)


def _rows(run: ExportRun, layout: Layout, order: list[UUID], now: datetime) -> Iterator[list[Cell]]:
    """The rows one after the other; what differs from the time of gathering is marked as it goes out."""
    marks = {
        row.person_id: row
        for row in ExportRow.objects.filter(run=run).select_for_update(of=("self",))
    }
    number = 0
    for start in range(0, len(order), CHUNK):
        ids = order[start : start + CHUNK]
        today = timezone.localdate(now)
        found = values_of(ids, layout.values, today=today, answers=_answers(run, ids))
        changed = []
        for pk in ids:
            number += 1
            values = {**found[pk], "serial": str(number)}
            digest = _digest(run.template, layout, values)
            if bytes(marks[pk].digest) != digest:
                marks[pk].digest = digest
                changed.append(marks[pk])
            yield layout.row(values)
        ExportRow.objects.bulk_update(changed, ["digest"])


def _answers(run: ExportRun, ids: list[UUID]) -> Answers:
    """What communities answered, where the form is that of a report."""
    request = ReportRequest.objects.filter(template=run.template).first()
    return ReportLine.objects.last_answers(request.pk, ids) if request else {}


def watermark(run: ExportRun, now: datetime) -> str:
    """The last line of the file and the foot of each printed page: which export, whose, when, for whom."""
    with override(settings.LANGUAGE_CODE):
        return _(
            "导出编号%(number)s｜%(post)s %(name)s｜接收人%(recipient)s｜%(time)s｜%(purpose)s"
        ) % {
            "number": run.number,
            "post": run.requested_post_label,
            "name": run.requested_by.display_name,
            "recipient": run.recipient,
            "time": f"{now.astimezone(timezone.get_current_timezone()):%Y-%m-%d %H:%M}",
            "purpose": run.purpose,
        }


def _filled(title: str, run: ExportRun, now: datetime) -> str:
    day = str(written(timezone.localdate(now), LETTER_DATE))
    return title.replace("{place}", run.place.name).replace("{date}", day)


def _digest(template: ExportTemplate, layout: Layout, values: Values) -> bytes:
    text = json.dumps(layout.text_of(values), ensure_ascii=False)
    return blind_index(text, field=f"export:{template.code}")


# --- decided --------------------------------------------------------------------------------------
def decide(run_id: UUID, *, approve: bool, note: str, by: Scope, now: datetime) -> ExportRun:
    """The second person says yes or no. Whoever asked cannot, in whatever post.

    Raises DoesNotExist outside the reach, NotAllowed for one's own, Conflict when it is decided already.
    """
    with transaction.atomic():
        run = (
            ExportRun.objects.visible_to(by)
            .filter(by.within(Power.APPROVE_EXPORTS))
            .select_related("template", "place", "requested_by")
            .select_for_update(of=("self",))
            .get(pk=run_id)
        )
        _check_second(run, by)
        if run.state != RunState.WAITING:
            raise Conflict("already_decided", _("这次导出已经有人处理，请刷新页面。"))
        if not approve and not note:
            text = _("不批准须写明理由。")
            raise Invalid("note_missing", text, {"note": text})
        if approve:
            _check_asker(run, timezone.localdate(now))
        run.state = RunState.WRITING if approve else RunState.REJECTED
        run.decided_by_id, run.decided_post_label = by.user_id, by.post_label
        run.decided_at, run.decision_note = now, note
        run.save()
        _note("export.approved" if approve else "export.rejected", run, by=by, now=now, reason=note)
        if not approve:
            ExportRow.objects.filter(run=run).delete()
            _tell("export.rejected", run, now)
    return run


def _check_second(run: ExportRun, by: Scope) -> None:
    """Another human being, whatever accounts there are. Of an account that is tied to nobody the name must do."""
    second = User.objects.get(pk=str(by.user_id))
    persons = Person.objects.behind([run.requested_by_id, second.pk])
    one, other = persons.get(run.requested_by_id), persons.get(second.pk)
    if run.requested_by_id == second.pk or (one is not None and one == other):
        raise NotAllowed("own_export", _("自己申请的导出，须由另一个人审批，换岗位也不行。"))
    if None in {one, other} and run.requested_by.display_name == second.display_name:
        raise NotAllowed(
            "who_is_it",
            _("申请人与您同名，其中一个账号还没有对应到本人。请先对应账号，或由其他人审批。"),
        )


# --- fetched, deleted -----------------------------------------------------------------------------
def fetch(run_id: UUID, *, by: Scope, now: datetime) -> tuple[ExportRun, bytes]:
    """The file, for whoever asked or the department it is for. Everybody in it can read that it went out.

    Raises DoesNotExist outside the reach, NotAllowed when it is not (or no longer) there.
    """
    with transaction.atomic():
        run = (
            ExportRun.objects.visible_to(by)
            .filter(by.within(Power.EXPORT_DATA))
            .select_related("template", "place", "requested_body")
            .select_for_update(of=("self",))
            .get(pk=run_id)
        )
        if not may_fetch(run, by=by):
            raise NotAllowed("not_recipient", _("文件只给申请人和接收部门下载。"))
        if run.expires_at is None:
            raise NotAllowed("no_file", _("文件还没有生成。"))
        content = sealed.read(run.pk) if run.has_file and run.expires_at > now else None
        if content is None:
            raise NotAllowed("no_file", _("文件已到期删除，请重新导出。"))
        if run.fetched_at is None:
            run.fetched_at = now
            _tell_the_trail_of_everybody(run, by=by, now=now)
        run.fetches += 1
        run.save(update_fields=["fetched_at", "fetches"])
        _note("export.fetched", run, by=by, now=now)
    return run, content


def may_fetch(run: ExportRun, *, by: Scope) -> bool:
    """Whoever asked, and the department that it is for; not everybody who sees that it exists."""
    is_recipient = (by.body_kind, by.body_key) == (BodyKind.DEPARTMENT, run.template.body_key)
    return by.has(Power.EXPORT_DATA) and (run.requested_by_id == by.user_id or is_recipient)


def _tell_the_trail_of_everybody(run: ExportRun, *, by: Scope, now: datetime) -> None:
    """One entry for each person of the file: 谁看过我的信息 names the department and the purpose."""
    with override(settings.LANGUAGE_CODE):
        reason = _("提供给%(office)s，用于%(purpose)s") % {
            "office": office_of(run),
            "purpose": run.template.purpose,
        }
    detail = {
        "export": run.number,
        "template": run.template.code,
        "fields": run.template.layout.attributes,
    }
    people = Person.objects.filter(pk__in=ExportRow.objects.filter(run=run).values("person_id"))
    audit.record_many(
        "person.exported",
        (
            audit.Touched(person_id=pk, place_path=path, detail=detail)
            for pk, path in people.order_by("pk").values_list("pk", "community__path")
        ),
        by=by,
        reason=reason,
        now=now,
    )


def office_of(run: ExportRun) -> str:
    """The department that receives: the one above or at the place, by its key."""
    day = timezone.localdate(run.requested_at)
    offices = Body.objects.on(day).filter(kind=BodyKind.DEPARTMENT, key=run.template.body_key)
    nearest = offices.serving_above(run.place.path).order_by("-place__path", "code").first()
    return nearest.name if nearest else run.template.body_key


def expire(*, now: datetime) -> int:
    """Delete the files whose time is over, and what lies there without a run that knows it."""
    ended = 0
    for run in ExportRun.objects.over(now).select_related("place")[:500]:
        with transaction.atomic():
            over = ExportRun.objects.over(now).filter(pk=run.pk)
            if not over.update(state=RunState.EXPIRED):
                continue
            if run.fetched_at is None:  # nobody received it, so it is nothing to compare with
                ExportRow.objects.filter(run=run).delete()
            _note("export.deleted", run, by=audit.SYSTEM, now=now)
        sealed.drop(run.pk)
        ended += 1
    lying = sealed.kept()
    known = set(
        ExportRun.objects.filter(pk__in=lying, state__in=HAVE_FILES).values_list("pk", flat=True)
    )
    for run_id in set(lying) - known:
        sealed.drop(run_id)
    return ended


HAVE_FILES = (RunState.WRITING, RunState.READY)


def _note(action: str, run: ExportRun, *, by: audit.Actor, now: datetime, reason: str = "") -> None:
    audit.record(
        action,
        by=by,
        target=run,
        place_path=run.place.path,
        reason=reason,
        detail={"number": run.number, "rows": run.rows, "delta": run.is_delta},
        now=now,
    )


def _tell_approvers(run: ExportRun, now: datetime) -> None:
    """Whoever may be the second person: of a department only that of the form."""
    posts = Post.objects.holding(
        Power.APPROVE_EXPORTS, run.place.path, timezone.localdate(now)
    ).exclude(user_id=run.requested_by_id)
    elsewhere = Q(body__kind=BodyKind.DEPARTMENT) & ~Q(body__key=run.template.body_key)
    users = posts.exclude(elsewhere).order_by().values_list("user_id", flat=True).distinct()
    for user_id in sorted(users):
        _tell("export.asked", run, now, user_id)


def _tell(kind: str, run: ExportRun, now: datetime, user_id: UUID | None = None) -> None:
    until = run.expires_at or now
    outbox.post(
        kind,
        key=f"export:{run.pk}:{kind}" + (f":{user_id}" if user_id else ""),
        user_id=user_id or run.requested_by_id,
        about=f"export:{run.pk}",
        place_path=run.place.path,
        params={
            "template": run.template.name,
            "place": run.place.name,
            "count": run.rows,
            "date": formats.date_format(timezone.localdate(until), "Y-m-d"),
        },
        now=now,
    )
