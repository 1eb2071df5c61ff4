"""部门数据导入: a file is taken in, its columns are named, the machine goes through it, a person lets it in."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_address, mask_name
from common.paging import BadCursor, keyset_page
from common.storage import FileMissing
from community.governance.enums import PlaceLevel, Power
from community.governance.models import Place
from community.governance.scopes import PortalRequest
from residents.base.attributes import ATTRIBUTES
from residents.base.models import Person, SourceSystem
from residents.exchange.actions import deciding, receiving
from residents.exchange.actions.pulling import kept
from residents.exchange.enums import AT_WORK, IMPORTED, MEANINGS, BatchState, Fate
from residents.exchange.forms import CodesForm, ColumnsForm, FileForm
from residents.exchange.headings import COMMUNITY
from residents.exchange.limits import limits, refusal_of
from residents.exchange.models import ImportBatch, ImportRow
from residents.exchange.remarks import annotated, headings_of, problem_text
from residents.exchange.transitions import Act, available
from residents.exchange.values import without_serial

SIZE, ROWS = 20, 50
SHORT = 4  # of so few characters the form alone tells the rest
REFUSED = 422
NAMES = {"full_name", "former_name"}
ADDRESSES = {"actual_address", "registered_address"}
TONES = {
    Fate.NEW: "success",
    Fate.CONFLICT: "warning",
    Fate.UPDATE: "info",
    Fate.FILL: "info",
    Fate.DECIDE: "warning",
    Fate.ERROR: "danger",
}


@access(power(Power.IMPORT_DATA))
@require_safe
def batches(request: PortalRequest) -> HttpResponse:
    """What was imported here, the newest first."""
    found = ImportBatch.objects.visible_to(request.scope).select_related("source", "body")
    try:
        page = keyset_page(
            found.defer("head"),
            order=("-received_at", "-id"),
            after=request.GET.get("after"),
            size=SIZE,
        )
    except BadCursor:
        return redirect("exchange:imports")
    return TemplateResponse(request, "exchange/imports/list.html", {"page": page})


@access(power(Power.IMPORT_DATA))
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: PortalRequest) -> HttpResponse:
    """One file. Whatever is wrong with it is said here, in one line."""
    sources = [s for s in SourceSystem.objects.public().order_by("code") if _sends_files(s)]
    here = Place.objects.visible_to(request.scope, Power.IMPORT_DATA)
    communities = list(here.filter(level=PlaceLevel.COMMUNITY, valid_to=None).order_by("code"))
    is_sent = request.method == "POST"
    form = FileForm(
        sources, communities, request.POST if is_sent else None, request.FILES if is_sent else None
    )
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            data = file.read(limits().bytes + 1)
            batch = receiving.receive(
                data, file.name, **form.arguments(), by=request.scope, now=timezone.now()
            )
        except NotAllowed as refusal:
            form.add_error("file", str(refusal.message))
        else:
            return redirect("exchange:import-columns", batch.pk)
    status = REFUSED if is_sent else 200
    return TemplateResponse(request, "exchange/imports/new.html", {"form": form}, status=status)


def _sends_files(source: SourceSystem) -> bool:
    return source.pk not in receiving.NOT_FROM_FILES


def _batch(request: PortalRequest, batch_id: uuid.UUID) -> ImportBatch:
    found = ImportBatch.objects.visible_to(request.scope).select_related("source", "body")
    return get_object_or_404(found, pk=batch_id)


# --- columns and codes ----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One line of the mapping page."""

    letter: str
    heading: str
    samples: str
    field: Any
    refusal: str


@access(power(Power.IMPORT_DATA))
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """What each column carries, as proposed; what a rule keeps out says so by the name of the rule."""
    batch = _batch(request, batch_id)
    if Act.MAP not in available(batch.state):
        return redirect("exchange:import", batch.pk)
    found = receiving.columns_of(batch)
    form = ColumnsForm(found, request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            batch = receiving.choose_columns(
                batch.pk, form.targets(), by=request.scope, now=timezone.now()
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal.message))
        else:
            if receiving.strange_codes(batch):
                return redirect("exchange:import-codes", batch.pk)
            return _check(request, batch)
    preview = batch.preview
    rows = [
        ColumnRow(
            column.letter,
            column.heading,
            "" if column.refused else _samples(preview["rows"], column.place, column.target),
            None if column.refused else form[f"c{column.place}"],
            rule.label if (rule := refusal_of(column.heading)) else "",
        )
        for column in found
    ]
    context = {
        "batch": batch,
        "form": form,
        "rows": rows,
        "preview": preview,
        "has_names": form.is_bound or any(column.target == "full_name" for column in found),
    }
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "exchange/imports/columns.html", context, status=status)


def _samples(rows: list[list[str]], place: int, target: str) -> str:
    """Two contents of a column, masked by what they are; of an unknown column the form alone."""
    texts = [row[place] for row in rows if place < len(row) and row[place]][:2]
    return " · ".join(masked(target, text) for text in texts)


def masked(target: str, text: str) -> str:
    if target == COMMUNITY:
        return text
    if target in NAMES:
        return mask_name(text)
    if target in ADDRESSES:
        return mask_address(text)
    attribute = ATTRIBUTES.get(target)
    if attribute is not None and not attribute.is_secret:
        return attribute.shown(without_serial(target, text))
    if len(text) <= SHORT:
        return text[:1] + "*" * (len(text) - 1)
    return "".join("*" if c.isalnum() else c for c in text[2:-2]).join((text[:2], text[-2:]))[:24]


@access(power(Power.IMPORT_DATA))
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The department's own codes, where the code tables do not know them."""
    batch = _batch(request, batch_id)
    strange = receiving.strange_codes(batch) if Act.MAP in available(batch.state) else {}
    if not strange:
        return redirect("exchange:import", batch.pk)
    form = CodesForm(strange, batch.codes, request.POST or None)
    if form.is_bound and form.is_valid():
        receiving.choose_codes(batch.pk, form.codes(), by=request.scope, now=timezone.now())
        return _check(request, batch)
    context = {"batch": batch, "form": form}
    status = REFUSED if form.is_bound else 200
    return TemplateResponse(request, "exchange/imports/codes.html", context, status=status)


def _check(request: PortalRequest, batch: ImportBatch) -> HttpResponse:
    receiving.check(batch.pk, by=request.scope, now=timezone.now())
    return redirect("exchange:import", batch.pk)


# --- what would come of it ------------------------------------------------------------------------
@access(power(Power.IMPORT_DATA))
@require_safe
def batch(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """An import with its counts and what can be done with it now."""
    found = _batch(request, batch_id)
    if found.state == BatchState.RECEIVED and not found.trouble:
        return redirect("exchange:import-columns", found.pk)
    return TemplateResponse(request, "exchange/imports/batch.html", _about(found))


@access(power(Power.IMPORT_DATA))
@require_safe
def progress(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The bar alone, asked for now and then; when the work is done the page is fetched anew."""
    found = _batch(request, batch_id)
    if found.state not in AT_WORK:
        return HttpResponse(
            status=204, headers={"HX-Redirect": reverse("exchange:import", args=[found.pk])}
        )
    return TemplateResponse(request, "exchange/imports/_progress.html", _about(found))


def _about(found: ImportBatch) -> dict[str, Any]:
    acts = available(found.state)
    counts = [
        (fate, Fate(fate).label, TONES.get(Fate(fate), "neutral"), found.counts[fate])
        for fate in Fate.values
        if found.counts.get(fate)
    ]
    return {
        "batch": found,
        "counts": counts,
        "meanings": [(Fate(fate).label, MEANINGS[Fate(fate)]) for fate, *_rest in counts],
        "is_at_work": found.state in AT_WORK,
        "good": sum(found.counts.get(fate, 0) for fate in IMPORTED),
        "undecided": found.counts.get(Fate.DECIDE, 0),
        "bad": found.counts.get(Fate.ERROR, 0) + found.counts.get(Fate.REPEAT, 0),
        "conflicts": found.counts.get(Fate.CONFLICT, 0) if found.state == BatchState.APPLIED else 0,
        "is_applied": found.state == BatchState.APPLIED,
        "is_undone": found.state == BatchState.UNDONE,
        "strange": receiving.unanswered_codes(found) if Act.MAP in acts else 0,
        "stays": found.counts.get("stays", 0),
        "can": {str(act): True for act in acts},
        "unread": [c["heading"] for c in found.columns if not c["target"] and not c["refused"]],
        "refused": [c["heading"] for c in found.columns if c["refused"]],
        "keep_days": limits().keep_days,
        "whole_rows": limits().whole_rows,
        "is_part": found.total > limits().whole_rows,
        "trouble": _(found.trouble) if found.trouble else "",
    }


PRESSED: Mapping[str, Callable[..., Any]] = {
    "check": receiving.check,
    "apply": receiving.apply,
    "undo": receiving.undo,
    "discard": receiving.discard,
    "leave-rest": deciding.leave_rest,
}


@access(power(Power.IMPORT_DATA))
@require_POST
def press(request: PortalRequest, batch_id: uuid.UUID, slug: str) -> HttpResponse:
    if slug not in PRESSED:
        raise Http404
    found = _batch(request, batch_id)
    try:
        PRESSED[slug](found.pk, by=request.scope, now=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message))
    return redirect("exchange:import", found.pk)


# --- rows -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RowLine:
    number: int
    fate: str
    tone: str
    name: str
    says: list[
        tuple[str, str, str]
    ]  # label, what the row says, what the base holds if that differs
    problems: list[str]


@access(power(Power.IMPORT_DATA))
@require_safe
def rows(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The rows of an import, by what becomes of them; values masked."""
    found = _batch(request, batch_id)
    fate = request.GET.get("fate", "")
    fate = fate if fate in Fate.values else ""
    wanted = ImportRow.objects.visible_to(request.scope).filter(batch=found).with_fate(fate)
    try:
        page = keyset_page(
            wanted, order=("number", "id"), after=request.GET.get("after"), size=ROWS
        )
    except BadCursor:
        return redirect("exchange:import-rows", found.pk)
    context = {
        **_about(found),
        "page": page,
        "fate": fate,
        "lines": list(_lines(request, found, page.items)),
        "total": sum(n for *_rest, n in _about(found)["counts"]),
    }
    return TemplateResponse(request, "exchange/imports/rows.html", context)


def _lines(request: PortalRequest, found: ImportBatch, items: list[ImportRow]) -> Iterator[RowLine]:
    headings = headings_of(found)
    meant = {row.person_id for row in items if row.person_id}
    persons = Person.objects.visible_to(request.scope, Power.IMPORT_DATA).filter(pk__in=meant)
    known = persons.select_related("detail").in_bulk()
    for row in items:
        values = row.values
        person = known.get(row.person_id) if row.person_id else None
        held = {key: kept(person, key).value if person else "" for key in values}
        says = [
            (
                str(ATTRIBUTES[key].label),
                masked_value(key, value),
                masked_value(key, held[key]) if held[key] not in {"", value} else "",
            )
            for key, value in values.items()
            if key != "full_name" or held[key] not in {"", value}
        ]
        yield RowLine(
            row.number,
            str(row.get_fate_display()),
            TONES.get(Fate(row.fate), "neutral"),
            mask_name(values.get("full_name", "")),
            says,
            [problem_text(problem, headings) for problem in row.problems],
        )


def is_masked(key: str) -> bool:
    """Whether a list shows less of an attribute than it is."""
    return ATTRIBUTES[key].is_secret or key in NAMES | ADDRESSES


def masked_value(key: str, value: str) -> str:
    """A canonical value for a list."""
    if key in NAMES:
        return mask_name(value)
    if key in ADDRESSES:
        return mask_address(value)
    return ATTRIBUTES[key].shown(value)


@access(power(Power.IMPORT_DATA))
@require_GET
def remarks(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The file as it came, with a column of remarks, to send back to the department."""
    found = _batch(request, batch_id)
    try:
        ending, kind, content = annotated(found)
    except FileMissing:
        raise Http404 from None
    response = HttpResponse(content, content_type=kind)
    name = f"{found.title}-{_('备注')}.{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
