"""待认定: somebody without a known number beside those in the base who may be meant, decided by keyboard."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.access import access, power
from common.errors import NotAllowed
from common.masking import mask_name
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from residents.base.attributes import ATTRIBUTES
from residents.base.models import Person
from residents.exchange.actions import deciding
from residents.exchange.actions.finding import candidates_of
from residents.exchange.actions.pulling import kept
from residents.exchange.models import ImportBatch, ImportRow
from residents.exchange.views.imports import masked_value

COMPARED = (
    "full_name",
    "sex",
    "birth_on",
    "id_number",
    "phone",
    "actual_address",
    "registered_address",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the base holds of somebody, masked, beside what the file says."""

    label: str
    shown: str
    is_same: bool | None  # None where one of the two says nothing


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the base, masked: enough to tell whether he is meant."""

    pk: uuid.UUID
    key: str  # pressed to choose him
    points: int
    name: str
    facts: list[Fact]
    community: str


@access(power(Power.IMPORT_DATA))
@require_safe
def match(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The next row that waits for a decision."""
    batches = ImportBatch.objects.visible_to(request.scope)
    batch = get_object_or_404(batches.select_related("source"), pk=batch_id)
    waiting = ImportRow.objects.visible_to(request.scope).filter(batch=batch).undecided()
    row = waiting.order_by("number").first()
    if row is None:
        return redirect("exchange:import", batch.pk)
    values = row.values
    context = {
        "batch": batch,
        "row": row,
        "name": mask_name(values.get("full_name", "")),
        "facts": [
            (ATTRIBUTES[key].label, masked_value(key, values[key]))
            for key in COMPARED
            if values.get(key)
        ],
        "candidates": _candidates(request, row),
        "left": waiting.count(),
    }
    return TemplateResponse(request, "exchange/imports/match.html", context)


def _candidates(request: PortalRequest, row: ImportRow) -> list[Candidate]:
    points = candidates_of(row)
    persons = (
        Person.objects.visible_to(request.scope, Power.IMPORT_DATA)
        .filter(pk__in=points)
        .select_related("community", "detail")
    )
    ordered = sorted(persons, key=lambda person: (-points[person.pk], str(person.pk)))
    return [
        Candidate(
            person.pk,
            str(place),
            points[person.pk],
            mask_name(person.full_name),
            list(_facts(person, row.values)),
            person.community.label,
        )
        for place, person in enumerate(ordered, start=1)
    ]


def _facts(person: Person, said: Mapping[str, str]) -> Iterator[Fact]:
    for key in COMPARED:
        held, text = kept(person, key).value, said.get(key, "")
        if held or text:
            shown = masked_value(key, held) if held else ""
            is_same = held == text if held and text else None
            yield Fact(str(ATTRIBUTES[key].label), shown, is_same)


@access(power(Power.IMPORT_DATA))
@require_POST
def decide(request: PortalRequest, row_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(ImportRow.objects.visible_to(request.scope), pk=row_id)
    choice = request.POST.get("choice", "")
    try:
        deciding.decide(row.pk, choice, by=request.scope, now=timezone.now())
    except Person.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal.message) or _("请选择。"))
    return redirect("exchange:import-match", row.batch_id)
