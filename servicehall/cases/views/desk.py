"""工作台: what this post must move, the lights first; and what can be done for a person at the counter."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from common import ratelimit
from common.access import access, power
from common.masking import mask_name
from common.paging import BadCursor, keyset_page
from community.governance.enums import Power
from community.governance.models import WorkCalendarYear
from community.governance.scopes import PortalRequest, Scope
from community.governance.workdays import WorkCalendar
from residents.base.models import Person
from servicehall.cases import explaining
from servicehall.cases.enums import STANDING_STILL, CaseState, Light
from servicehall.cases.forms_staff import FindCaseForm
from servicehall.cases.models import Case, Consultation, Draft
from servicehall.cases.querysets import CaseQuerySet, light_is
from servicehall.cases.views._filing import Begun, begun
from servicehall.catalogue import certificates, finding
from servicehall.catalogue.models import Bundle, ItemVersion

SIZE = 30
MAX_FOUND = 20
MAX_DRAFTS = 6
MAX_ITEMS = 9  # one digit key each
BUNDLE_KEYS = "bnmgh"  # and one letter for each joint form
SEARCHES_PER_MINUTE = 60
USED_WITHIN = timedelta(days=90)
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Group:
    """A tab of the desk: one condition, used for its count and for its list."""

    code: str
    label: str | Promise
    is_quiet: bool = False  # nothing to do today: shown last

    @property
    def can_tick(self) -> bool:
        """Whether its cases may be done many at a time: those that wait for others may not."""
        return not self.is_quiet

    def condition(self, today: date) -> Q:
        if self.code in {Light.DOUBLE_RED, Light.RED, Light.YELLOW}:
            return light_is(Light(self.code), today)
        if self.code == "today":
            return Q(act_by_on__lte=today)
        if self.code == "waiting":
            return Q(state__in=sorted(STANDING_STILL))
        return Q()


GROUPS = (
    Group("all", gettext_lazy("全部")),
    Group("double_red", gettext_lazy("超法定时限")),
    Group("red", gettext_lazy("超承诺时限")),
    Group("yellow", gettext_lazy("临期")),
    Group("today", gettext_lazy("今天要办")),
    Group("waiting", gettext_lazy("计时暂停"), is_quiet=True),
    Group("hand_over", gettext_lazy("待送达"), is_quiet=True),
)
WRITTEN = Group("messages", gettext_lazy("待答复留言"), is_quiet=True)
ASKED = Group("asked", gettext_lazy("待答复意见"), is_quiet=True)  # a page of its own
BY_CODE = {group.code: group for group in (*GROUPS, WRITTEN)}


@dataclass(frozen=True, slots=True)
class Row:
    case: Case
    name: str
    lamp: explaining.Lamp | None
    is_today: bool


@dataclass(frozen=True, slots=True)
class Tab:
    group: Group
    count: int
    url: str
    key: str
    is_current: bool


@access(power(Power.READ_CASES))
@require_safe
def desk(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    group = BY_CODE.get(request.GET.get("group", ""), GROUPS[0])
    all_lines = _all_lines(request)
    rows = _work(request.scope, group, all_lines, today)
    order = ("urgency", "act_by_on", "id") if group.code != "hand_over" else ("closed_at", "id")
    try:
        page = keyset_page(rows, order=order, after=request.GET.get("after"), size=SIZE)
    except BadCursor:
        return redirect("servicehall:desk")
    context = {
        "page": page,
        "rows": _rows(page.items, today, WorkCalendarYear.objects.calendar()),
        "group": group,
        **_tabs(request, group, all_lines, today),
        "find_form": FindCaseForm(),
        "drafts": _drafts(request.scope),
    }
    return TemplateResponse(request, "servicehall/desk/desk.html", context)


def _drafts(scope: Scope) -> list[Begun]:
    """What this clerk began for somebody and put aside."""
    if not scope.has(Power.ACCEPT_CASES):
        return []
    return begun(Draft.objects.visible_to(scope), MAX_DRAFTS)


@access(power(Power.READ_CASES))
@require_safe
def counts(request: PortalRequest) -> HttpResponse:
    """The tabs alone; the page asks for them by itself now and then."""
    group = BY_CODE.get(request.GET.get("group", ""), GROUPS[0])
    context = _tabs(request, group, _all_lines(request), timezone.localdate())
    return TemplateResponse(request, "servicehall/desk/_tabs.html", {"group": group, **context})


def _all_lines(request: PortalRequest) -> bool:
    return bool(request.scope.lines) and request.GET.get("lines") == "all"


def _in_hand(scope: Scope, all_lines: bool) -> CaseQuerySet:
    if all_lines:
        rows = Case.objects.visible_to(scope).open().filter(handler_id=scope.body_id)
        return rows.offered_to(scope)
    return Case.objects.in_hand_of(scope)


def _work(scope: Scope, group: Group, all_lines: bool, today: date) -> CaseQuerySet:
    if group.code == "hand_over":
        rows = _to_hand_over(scope, all_lines)
    elif group == WRITTEN:
        rows = _written_to(scope, all_lines)
    else:
        rows = _in_hand(scope, all_lines).filter(group.condition(today))
    return rows.with_light(today).for_lists().in_order_of_urgency()


def _to_hand_over(scope: Scope, all_lines: bool) -> CaseQuerySet:
    """Decided, and the result not yet in the applicant's hands: no clock, but somebody waits."""
    lines = Q() if all_lines else scope.on_own_lines("window_id")
    rows = Case.objects.visible_to(scope).filter(lines, state=CaseState.COMPLETED)
    return rows.filter(handler_id=scope.body_id)


def _written_to(scope: Scope, all_lines: bool) -> CaseQuerySet:
    """Open or closed: the applicant wrote, and nobody has answered."""
    lines = Q() if all_lines else scope.on_own_lines("window_id")
    rows = Case.objects.visible_to(scope).filter(lines, handler_id=scope.body_id)
    return rows.with_unanswered_message()


def _tabs(request: PortalRequest, current: Group, all_lines: bool, today: date) -> dict[str, Any]:
    """Four counting queries, whatever the number of tabs."""
    open_groups = [group for group in GROUPS if group.code != "hand_over"]
    counted = _in_hand(request.scope, all_lines).aggregate(
        **{group.code: Count("pk", filter=group.condition(today)) for group in open_groups}
    )
    counted["hand_over"] = _to_hand_over(request.scope, all_lines).count()
    counted["messages"] = _written_to(request.scope, all_lines).count()
    lines = {"lines": "all"} if all_lines else {}
    tabs = [
        Tab(
            group,
            counted[group.code],
            "?" + urlencode({"group": group.code, **lines}),
            str(number),
            group == current,
        )
        for number, group in enumerate((*GROUPS, WRITTEN), start=1)
    ]
    asked = Consultation.objects.asked_of(request.scope).count()
    tabs.append(Tab(ASKED, asked, reverse("servicehall:consultations"), str(len(tabs) + 1), False))
    other = {"group": current.code} | ({} if all_lines else {"lines": "all"})
    return {
        "tabs": tabs,
        "has_lines": bool(request.scope.lines),
        "all_lines": all_lines,
        "other_lines_url": "?" + urlencode(other),
        "counts_url": reverse("servicehall:desk-counts")
        + "?"
        + urlencode({"group": current.code, **lines}),
    }


def _rows(cases: Sequence[Case], today: date, calendar: WorkCalendar) -> list[Row]:
    return [
        Row(
            case,
            mask_name(case.applicant.full_name),
            explaining.lamp(case, today, calendar),
            case.closed_on is None and case.act_by_on is not None and case.act_by_on <= today,
        )
        for case in cases
    ]


@access(power(Power.READ_CASES))
@require_POST
def find(request: PortalRequest) -> HttpResponse:
    """Cases within reach by the end of their number or by their person; posted, so that no log holds what was typed."""
    now = timezone.now()
    form = FindCaseForm(request.POST)
    context: dict[str, Any] = {"find_form": form, "rows": [], "asked": False}
    status = 200
    if not ratelimit.hit("find", str(request.scope.user_id), SEARCHES_PER_MINUTE, 60, now):
        context["too_many"], status = True, TOO_MANY
    elif form.is_valid() and form.cleaned_data["q"].strip():
        today = timezone.localdate(now)
        found = _found(request.scope, form.cleaned_data["q"].strip())
        cases = list(found.with_light(today).for_lists().order_by("-filed_at", "-id")[:MAX_FOUND])
        if len(cases) == 1 and not request.htmx:
            return redirect("servicehall:case", cases[0].pk)
        context |= {
            "rows": _rows(cases, today, WorkCalendarYear.objects.calendar()),
            "asked": True,
        }
    name = "_found" if request.htmx else "found"
    return TemplateResponse(request, f"servicehall/desk/{name}.html", context, status=status)


def _found(scope: Scope, q: str) -> CaseQuerySet:
    """Of the cases that one may open: the number's last digits, or the applicant."""
    persons = Person.objects.visible_to(scope, Power.READ_CASES).matching(q)
    wanted = Q(applicant__in=persons.values("pk"))
    digits = q.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) >= 3:
        wanted |= Q(number__endswith=digits)
    return Case.objects.visible_to(scope).filter(wanted)


# --- for a person at the counter ------------------------------------------------------------------
@access(power(Power.ACCEPT_CASES))
@require_safe
def for_person(request: PortalRequest, person_id: uuid.UUID) -> HttpResponse:
    """Which item for this person, and what is already under way; part of the person's file, or a page of its own."""
    person = get_object_or_404(Person.objects.visible_to(request.scope), pk=person_id)
    today = timezone.localdate()
    q = request.GET.get("q", "").strip()[: finding.MAX_QUERY]
    cases = Case.objects.visible_to(request.scope).filter(applicant=person)
    context: dict[str, Any] = {
        "person": person,
        "name": mask_name(person.full_name),
        "q": q,
        "items": _items(request.scope, q, today),
        "bundles": _bundles(q, today) if q else [],
        "words": f"?{urlencode({'words': q})}" if q else "",
        "refused": certificates.found(q) if q else [],
        "url": request.path,
    }
    if request.htmx and request.htmx.target == "items":
        return TemplateResponse(request, "servicehall/desk/_items.html", context)
    shown = list(cases.with_light(today).for_lists().order_by("-filed_at", "-id")[:SIZE])
    rows = _rows(shown, today, WorkCalendarYear.objects.calendar())
    context["open_rows"] = [row for row in rows if row.case.closed_on is None]
    drafts = Draft.objects.visible_to(request.scope).filter(applicant=person)
    context["drafts"] = begun(drafts)
    context["closed_rows"] = [row for row in rows if row.case.closed_on is not None][:5]
    name = "_for_person" if request.htmx else "for_person"
    return TemplateResponse(request, f"servicehall/desk/{name}.html", context)


def _items(scope: Scope, q: str, today: date) -> list[tuple[str, ItemVersion]]:
    """(digit key, item): what was asked for, else what this station has filed most lately, then its own lines."""
    versions = {
        version.item_id: version for version in ItemVersion.objects.public(today).defer("content")
    }
    if q:
        codes = finding.rank(q, ((code, v.search_text) for code, v in versions.items()))
    else:
        used = (
            Case.objects.visible_to(scope)
            .filter(station_id=scope.body_id, filed_on__gt=today - USED_WITHIN)
            .order_by()
            .values("version__item_id")
            .annotate(number=Count("pk"))
            .order_by("-number", "version__item_id")
            .values_list("version__item_id", flat=True)[:MAX_ITEMS]
        )
        own = [code for code, v in versions.items() if scope.answers_for(v.item.window_id)]
        codes = list(dict.fromkeys([*used, *own]))
    found = [versions[code] for code in codes if code in versions][:MAX_ITEMS]
    return [(str(number), version) for number, version in enumerate(found, start=1)]


def _bundles(q: str, today: date) -> list[tuple[str, Bundle]]:
    """(letter key, joint form): those that are called so, or that hold what was asked for."""
    bundles = {bundle.code: bundle for bundle in Bundle.objects.public(today).order_by("code")}
    within = {code for bundle in bundles.values() for code in bundle.items}
    versions = ItemVersion.objects.public(today).filter(item_id__in=within)
    terms = dict(versions.values_list("item_id", "search_text"))
    texts = (
        (code, "\n".join([bundle.label.lower(), *(terms.get(i, "") for i in bundle.items)]))
        for code, bundle in bundles.items()
    )
    codes = finding.rank(q, texts)
    return [(key, bundles[code]) for key, code in zip(BUNDLE_KEYS, codes, strict=False)]
