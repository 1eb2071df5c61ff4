"""疑似重复: two entries side by side, one person decides; and the merges, to be taken back if it was a mistake."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.access import access, power
from common.errors import Conflict, NotAllowed
from common.masking import mask_id, mask_name
from common.paging import BadCursor, Page, keyset_page
from common.refusals import refuse
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.actions import doubles as acts, merging
from residents.base.actions.merging_ties import hanging_on
from residents.base.attributes import ATTRIBUTES, ON_PERSON
from residents.base.enums import DocumentType, DoubleState, Sex
from residents.base.forms_tidy import AnyPairForm, PairForm, ReasonForm
from residents.base.models import DoubleCandidate, Person, PersonDetail, PersonMerge, SourceSystem
from residents.base.ties import moving

PAGE_SIZE = 30
MOST_FOUND = 10
REFUSED = 422
OF_BOTH = ("person_a__community", "person_b__community")


@dataclass(frozen=True, slots=True)
class Side:
    """What one entry says of one thing, and who said it."""

    shown: str
    source: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing of two entries. `is_same` compares the full values, of which a secret is shown masked."""

    label: str | Promise
    a: Side
    b: Side
    is_same: bool
    is_known: bool  # of both


# --- the list -------------------------------------------------------------------------------------
@access(power(Power.MERGE_PERSONS))
@require_safe
def doubles(request: PortalRequest) -> HttpResponse:
    rows = DoubleCandidate.objects.visible_to(request.scope).open().select_related(*OF_BOTH)
    page: Page[DoubleCandidate] = _page(request, rows, ("-score", "id"))
    entries = [
        (pair, mask_name(pair.person_a.full_name), mask_name(pair.person_b.full_name))
        for pair in page.items
    ]
    context = {"page": page, "entries": entries}
    return TemplateResponse(request, "residents/tidy/doubles.html", context)


def _page(request: PortalRequest, rows: Any, order: tuple[str, ...]) -> Page[Any]:
    try:
        return keyset_page(rows, order=order, after=request.GET.get("after"), size=PAGE_SIZE)
    except BadCursor:
        return keyset_page(rows, order=order, after=None, size=PAGE_SIZE)


# --- any two --------------------------------------------------------------------------------------
@access(power(Power.MERGE_PERSONS))
@require_http_methods(["GET", "HEAD", "POST"])
def any_pair(request: PortalRequest) -> HttpResponse:
    """Search two entries that are in no queue and lay them side by side. Posted: a number belongs in no address."""
    form = AnyPairForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = REFUSED
        if form.is_valid() and (chosen := _chosen(request, form)) is not None:
            try:
                row = acts.lay_together(*chosen, by=request.scope, now=timezone.now())
            except Person.DoesNotExist:
                form.add_error(None, _("请选择两份不同的档案。"))
            else:
                return redirect("residents:double", row.pk)
    return TemplateResponse(request, "residents/tidy/any_pair.html", {"form": form}, status=status)


def _chosen(request: PortalRequest, form: AnyPairForm) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The two that are meant, or None with the questions still to be answered."""
    ids = []
    for name in ("one", "other"):
        found = Person.objects.search(
            form.cleaned_data[name], request.scope, Power.MERGE_PERSONS, size=MOST_FOUND
        )
        persons = {str(person.pk): person for person in found}
        if not persons:
            form.add_error(name, _("没有找到您可以合并的档案。"))
            continue
        wanted = request.POST.get(f"{name}_is", "")
        if wanted not in persons and len(persons) == 1:
            wanted = next(iter(persons))
        form.choose(name, [(pk, _told(person)) for pk, person in persons.items()])
        if wanted in persons:
            ids.append(uuid.UUID(wanted))
        else:
            form.add_error(f"{name}_is", _("请选择是哪一位。"))
    return (ids[0], ids[1]) if len(ids) == 2 else None


def _told(person: Person) -> str:
    born = f"{person.birth_on:%Y-%m}" if person.birth_on else "—"
    number = mask_id(person.id_number or "") or _("没有证件号码")
    return f"{mask_name(person.full_name)} · {born} · {number} · {person.community.label}"


# --- side by side ---------------------------------------------------------------------------------
@access(power(Power.MERGE_PERSONS))
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: PortalRequest, pair_id: uuid.UUID) -> HttpResponse:
    """Two entries laid side by side; the look is written down for both."""
    now = timezone.now()
    try:
        row = acts.look_at_pair(pair_id, by=request.scope, now=now)
    except DoubleCandidate.DoesNotExist:
        raise Http404 from None
    choices = [
        (str(person.pk), f"{letter} · {person.full_name}")
        for letter, person in (("A", row.person_a), ("B", row.person_b))
    ]
    if request.method != "POST":
        return _pair_page(request, row, PairForm(choices), 200)
    form = PairForm(choices, request.POST)
    if not form.is_valid():
        return _pair_page(request, row, form, REFUSED)
    try:
        return _decide(request, row, form)
    except NotAllowed as refusal:
        refuse(form, refusal)
        return _pair_page(request, row, form, REFUSED)


def _decide(request: PortalRequest, row: DoubleCandidate, form: PairForm) -> HttpResponse:
    now, reason = timezone.now(), form.cleaned_data["reason"]
    if row.state != DoubleState.OPEN:
        raise Conflict("pair_decided", acts.DECIDED)
    if request.POST.get("act") == "not_same":
        acts.not_same(row.pk, note=reason, by=request.scope, now=now)
        messages.success(request, _("已记下不是同一人，不会再列出来。"))
        return redirect("residents:doubles")
    stays = form.cleaned_data["keep"]
    if not stays:
        form.add_error("keep", _("请选择保留哪一份。"))
        return _pair_page(request, row, form, REFUSED)
    ids = {str(row.person_a_id): row.person_b_id, str(row.person_b_id): row.person_a_id}
    try:
        done = merging.merge(uuid.UUID(stays), ids[stays], reason=reason, by=request.scope, now=now)
    except Person.DoesNotExist:  # a colleague has just merged one of them
        raise Conflict("pair_decided", acts.DECIDED) from None
    messages.success(request, _("两份档案已合并。合并错了的，可以在这里撤销。"))
    return redirect("residents:merge", done.pk)


def _pair_page(
    request: PortalRequest, row: DoubleCandidate, form: PairForm, status: int
) -> HttpResponse:
    context = {
        "pair": row,
        "form": form,
        "is_open": row.state == DoubleState.OPEN,
        "rows": list(_compared(row.person_a, row.person_b)),
    }
    return TemplateResponse(request, "residents/tidy/double.html", context, status=status)


def _compared(a: Person, b: Person) -> Iterator[Compared]:
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}
    yield _plain(_("社区"), a.community.label, b.community.label)
    yield _plain(_("状态"), str(a.get_state_display()), str(b.get_state_display()))
    for key, attribute in ATTRIBUTES.items():
        one, other = _value(a, key), _value(b, key)
        if one or other:
            left, right = (_side(person, key, sources) for person in (a, b))
            yield Compared(
                attribute.label, left, right, one == other, _tells(key, one) and _tells(key, other)
            )
    account = {True: _("有"), False: _("没有")}
    yield _plain(_("居民账号"), account[bool(a.account_id)], account[bool(b.account_id)])
    hanging = hanging_on(a.pk, b.pk)
    for tie in moving():
        counts = [len(hanging.get((tie.key, person.pk), [])) for person in (a, b)]
        if any(counts):
            yield _plain(tie.label, *map(str, counts))


UNTOLD: dict[str, set[str]] = {
    "sex": {Sex.UNKNOWN, Sex.NOT_STATED},
    "document_type": {DocumentType.NONE},
}


def _tells(key: str, value: str) -> bool:
    """Unknown and "no document yet" contradict nothing."""
    return bool(value) and value not in UNTOLD.get(key, set())


def _plain(label: str | Promise, one: str, other: str) -> Compared:
    return Compared(label, Side(one), Side(other), one == other, is_known=False)


def _holder(person: Person, key: str) -> Person | PersonDetail | None:
    return person if key in ON_PERSON else getattr(person, "detail", None)


def _value(person: Person, key: str) -> str:
    value = getattr(_holder(person, key), key, None)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _side(person: Person, key: str, sources: dict[str, str]) -> Side:
    holder, value = _holder(person, key), _value(person, key)
    code, day = [*(holder.provenance.get(key, []) if holder else []), "", ""][:2]
    shown = ATTRIBUTES[key].shown(value) if value else ""
    return Side(shown, sources.get(code, ""), date.fromisoformat(day) if day else None)


# --- what was merged ------------------------------------------------------------------------------
@access(power(Power.MERGE_PERSONS))
@require_safe
def merges(request: PortalRequest) -> HttpResponse:
    rows = PersonMerge.objects.visible_to(request.scope).select_related(
        "survivor__community", "absorbed"
    )
    page: Page[PersonMerge] = _page(request, rows, ("-id",))
    entries = [(row, mask_name(row.survivor.full_name)) for row in page.items]
    context = {"page": page, "entries": entries}
    return TemplateResponse(request, "residents/tidy/merges.html", context)


@access(power(Power.MERGE_PERSONS))
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: PortalRequest, merge_id: uuid.UUID) -> HttpResponse:
    """One merge: what can be taken back and what cannot, then the reason."""
    row = get_object_or_404(
        PersonMerge.objects.visible_to(request.scope).select_related("survivor", "absorbed"),
        pk=merge_id,
    )
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            merging.unmerge(
                row.pk, reason=form.cleaned_data["reason"], by=request.scope, now=timezone.now()
            )
        except NotAllowed as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已恢复为两份档案。"))
            return redirect("residents:merges")
    sources = {source.pk: str(source) for source in SourceSystem.objects.public()}
    remains = merging.cannot_split(row) if row.undone_at is None else merging.Remains((), ())
    context = {
        "merge": row,
        "name": mask_name(row.survivor.full_name),
        "form": form,
        "remains": remains,
        "facts": [(sources.get(code, code), label) for code, label in remains.facts],
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "residents/tidy/merge.html", context, status=status)
