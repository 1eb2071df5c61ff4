"""回避改派: where everybody who could take a case must stand back from it, it goes on to the next office by itself."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from community.governance import watchers
from community.governance.enums import BodyKind, PlaceLevel, Role
from community.governance.models import Body, Place, Post
from community.governance.scopes import narrow
from servicehall.cases import routing
from servicehall.cases.actions import _core
from servicehall.cases.enums import BEFORE_ACCEPTANCE, CaseAction, StepState
from servicehall.cases.followers import Happening
from servicehall.cases.models import Case, ReviewStep
from servicehall.cases.routing import Taker
from servicehall.cases.transitions import CASE

A = CaseAction
RULE = CASE[A.REROUTE]
# After these somebody else may have the case, or somebody else may have become its applicant's proxy.
ARRIVALS = frozenset(
    {"file", A.ACCEPT, A.TACIT_ACCEPT, A.RESUBMIT, A.FORWARD, A.SEND_BACK, A.REOPEN, A.ASSIGN}
    | {A.END_PUBLICITY, A.END_SPECIAL}
)
MOST_AT_ONCE = 500
Users = Collection[uuid.UUID]


def follow(happening: Happening) -> None:
    """After an act that brought the case to an office: whether somebody there may take it."""
    if happening.event.action in ARRIVALS:
        pass_on(happening.case, now=happening.now)


def pass_on(case: Case, *, now: datetime) -> Case | None:
    """Hand a locked case on if everybody who could take it where it lies must stand back; None where it stays.

    An office without anybody for it is a vacancy and not this matter: the ladder of overdue cases tells.
    """
    if case.state not in RULE.sources:
        return None
    step = ReviewStep.objects.filter(case=case, state=StepState.OPEN).first()
    today = timezone.localdate(now)
    here = _able([case.handler_id], case, step, today)[case.handler_id]
    if not here:
        return None
    barred = set(_core.concerned(case)) | set(_core.acted(case, step))
    if here - barred:
        return None
    takers = _takers(case, today)
    able = _able([taker.body.pk for taker in takers], case, step, today)
    found = next((taker for taker in takers if able[taker.body.pk] - barred), None)
    if found is None:
        _call_for_help(case, step, now=now)
        return None
    return _hand_on(case, found, now=now)


def reroute_barred(*, now: datetime) -> int:
    """Posts end, deputies leave, kin is registered: look again at what lies with those whom it concerns.

    How many cases went on. Repeats move nothing.
    """
    waiting = Case.objects.lying_with_concerned(timezone.localdate(now))
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(_look_again(case_id, now=now) for case_id in ids)


def _look_again(case_id: uuid.UUID, *, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        case = (
            Case.objects.filter(pk=case_id)
            .select_related("version__item", "community", "station__place", "applicant", "handler")
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .first()
        )
        return case is not None and pass_on(case, now=now) is not None


def alike(case: Case, day: date) -> QuerySet[Body]:
    """The likes of the body that has a case, in the same district. A department has none."""
    if case.handler.kind == BodyKind.DEPARTMENT:
        return Body.objects.none()
    codes = case.community.path.strip("/").split("/")
    district = Place.objects.public().filter(level=PlaceLevel.DISTRICT, code__in=codes).first()
    return (
        Body.objects.public()
        .on(day)
        .filter(
            kind=case.handler.kind,
            place__path__startswith=district.path if district else case.community.path,
        )
        .exclude(pk=case.handler_id)
        .select_related("place")
        .order_by("place__path", "code")
    )


def free_at(body: Body, case: Case, day: date) -> bool:
    """Whether a body to which somebody hands a case has anybody who may take it, or nobody at all yet."""
    step = ReviewStep.objects.filter(case=case, state=StepState.OPEN).first()
    there = _able([body.pk], case, step, day)[body.pk]
    return not there or bool(there - {*_core.concerned(case), *_core.acted(case, step)})


def _able(
    bodies: Iterable[uuid.UUID], case: Case, step: ReviewStep | None, day: date
) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    """Who at each body could take the next act of the case on that day, deputies among them."""
    action = A.ACCEPT if case.state in BEFORE_ACCEPTANCE else A.FORWARD
    if step is not None and step.is_final:
        action = A.GRANT
    is_instant = case.version.is_instant and not case.version.levels
    power = CASE[action].power_for(is_instant=is_instant) or ""
    posts = Post.objects.able(power, day).filter(body_id__in=list(bodies)).select_related("body")
    wanted = {case.version.item.window_id, case.window_id}
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for post in posts:
        lines = narrow(post.body.lines, post.lines)
        if not lines or wanted & lines:
            found[post.body_id].add(post.user_id)
    return found


def _takers(case: Case, day: date) -> list[Taker]:
    return routing.takers(
        case.handler,
        alike=list(alike(case, day)),
        directory=routing.directory(case.community, day),
        line=case.version.item.window_id,
        department=case.version.department,
        busy=set(case.steps.exclude(state=StepState.OPEN).values_list("body_id", flat=True)),
    )


def _hand_on(case: Case, taker: Taker, *, now: datetime) -> Case:
    left = case.handler
    case.steps.filter(state=StepState.OPEN).update(body=taker.body)
    _core.hand_to(case, taker.body, act_by_on=case.act_by_on)
    said = {
        "way": taker.way.value,
        "body": str(taker.body.pk),
        "zh": taker.body.name,
        "en": taker.body.name_en,
        "left_zh": left.name,
        "left_en": left.name_en,
    }
    case = _core.record(case, RULE, A.REROUTE, by=audit.SYSTEM, now=now, said={"rerouted": said})
    tell_taker(case, left, now=now)
    return case


def tell_taker(case: Case, left: Body, *, now: datetime) -> None:
    """Who has the case now did not wait for it."""
    watchers.tell_body(
        "case.came_over",
        key=f"came-over:{case.pk}:{now.timestamp():.0f}",
        body_id=case.handler_id,
        roles=_core.WORKERS,
        line=case.window_id,
        about=f"case:{case.pk}",
        place_path=case.community.path,
        params={
            **_core.named(case),
            "body": left.name,
            "body_en": left.name_en,
            "date": (case.act_by_on or timezone.localdate(now)).isoformat(),
        },
        now=now,
    )


def _call_for_help(case: Case, step: ReviewStep | None, *, now: datetime) -> None:
    """No office has anybody for it: the community office of the district finds somebody. Told once a step."""
    watchers.tell(
        "case.nobody_free",
        key=f"nobody-free:{case.pk}:{step.pk if step else 'filed'}",
        roles=(Role.DISTRICT_OFFICE,),
        path=case.community.path,
        about=f"case:{case.pk}",
        params={**_core.named(case), "body": case.handler.name, "body_en": case.handler.name_en},
        now=now,
    )
