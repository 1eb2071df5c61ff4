"""A letter as a page and as a PDF: the applicant's own, the followed case's, and the staff's within reach."""

import base64
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common import storage
from common.access import PUBLIC, RESIDENT, access, power
from common.errors import NotAllowed
from common.storage import FileMissing
from community.governance.enums import Power
from community.governance.scopes import PortalRequest
from servicehall.cases import tracking
from servicehall.cases.models import Mandate
from servicehall.documents import actions, pdf, sealing
from servicehall.documents.actions.ending import may_withdraw
from servicehall.documents.enums import LetterState
from servicehall.documents.forms import WithdrawLetterForm
from servicehall.documents.models import Letter
from servicehall.documents.showing import TONES

REFUSED, UNAVAILABLE = 422, 503


# --- the applicant --------------------------------------------------------------------------------
@access(RESIDENT)
@never_cache
@require_safe
def mine(request: PortalRequest, letter_id: uuid.UUID) -> HttpResponse:
    letter = _own(request, letter_id)
    if letter.mandate_id is not None:
        back = reverse("servicehall:my-mandates")
    else:
        back = reverse("servicehall:my-case", args=[letter.case_id])
    return _page(request, letter, face="resident", page="my-letter", back=back)


@access(RESIDENT)
@require_safe
def of_my_mandate(request: PortalRequest, mandate_id: uuid.UUID) -> HttpResponse:
    """From a mandate to its letter: for the two whom it is between."""
    mandate = get_object_or_404(Mandate.objects.visible_to(request.scope), pk=mandate_id)
    letter = Letter.objects.visible_to(request.scope).of_mandate(mandate.pk).first()
    if letter is None:
        return _no_letter(request, "servicehall:my-mandates")
    return redirect("documents:my-letter", letter.pk)


def _no_letter(request: PortalRequest, to: str, *args: uuid.UUID) -> HttpResponse:
    messages.info(request, _("这份委托登记时没有出具委托书。"))
    return redirect(to, *args)


@access(RESIDENT)
@never_cache
@require_safe
def mine_pdf(request: PortalRequest, letter_id: uuid.UUID) -> HttpResponse:
    return _pdf(request, _own(request, letter_id))


def _own(request: PortalRequest, letter_id: uuid.UUID) -> Letter:
    letters = Letter.objects.visible_to(request.scope).whole()
    return get_object_or_404(letters, pk=letter_id)


# --- number and query code ------------------------------------------------------------------------
@access(PUBLIC)
@never_cache
@require_safe
def tracked(request: PortalRequest, letter_id: uuid.UUID) -> HttpResponse:
    letter = _followed(request, letter_id)
    if letter is None:
        return redirect("servicehall:track")
    back = reverse("servicehall:tracked")
    return _page(request, letter, face="resident", page="tracked-letter", back=back)


@access(PUBLIC)
@never_cache
@require_safe
def tracked_pdf(request: PortalRequest, letter_id: uuid.UUID) -> HttpResponse:
    letter = _followed(request, letter_id)
    return redirect("servicehall:track") if letter is None else _pdf(request, letter)


def _followed(request: PortalRequest, letter_id: uuid.UUID) -> Letter | None:
    """A letter of the case that this session follows; None where it follows none."""
    case = tracking.followed(request.session, timezone.now())
    if case is None:
        return None
    letter = Letter.objects.of_case(case).whole().filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    return letter


# --- the desk -------------------------------------------------------------------------------------
@access(power(Power.READ_CASES))
@require_safe
def letter(request: PortalRequest, letter_id: uuid.UUID) -> HttpResponse:
    return _desk(request, _opened(request, letter_id), WithdrawLetterForm())


@access(power(Power.ACCEPT_CASES))
@require_safe
def of_mandate(request: PortalRequest, mandate_id: uuid.UUID) -> HttpResponse:
    mandate = get_object_or_404(Mandate.objects.visible_to(request.scope), pk=mandate_id)
    letter = Letter.objects.visible_to(request.scope).of_mandate(mandate.pk).first()
    if letter is None:
        return _no_letter(request, "servicehall:mandates", mandate.giver_id)
    return redirect("documents:letter", letter.pk)


@access(power(Power.READ_CASES))
@require_safe
def letter_pdf(request: PortalRequest, letter_id: uuid.UUID) -> HttpResponse:
    return _pdf(request, _opened(request, letter_id))


@access(power(Power.READ_CASES))
@require_http_methods(["POST"])
def withdraw(request: PortalRequest, letter_id: uuid.UUID) -> HttpResponse:
    """作废, or the same letter again under a new number."""
    form = WithdrawLetterForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            kept = actions.withdraw(letter_id, **given, by=request.scope, now=timezone.now())
        except Letter.DoesNotExist:
            raise Http404 from None
        except NotAllowed as refusal:
            form.take(refusal)
        else:
            messages.success(
                request, _("已重发，新的一份如下。") if given["again"] else _("已作废。")
            )
            return redirect("documents:letter", kept.pk)
    return _desk(request, _opened(request, letter_id), form, status=REFUSED)


def _opened(request: PortalRequest, letter_id: uuid.UUID) -> Letter:
    try:
        return actions.open_letter(letter_id, by=request.scope, now=timezone.now())
    except Letter.DoesNotExist:
        raise Http404 from None


def _desk(
    request: PortalRequest, letter: Letter, form: WithdrawLetterForm, *, status: int = 200
) -> HttpResponse:
    if letter.mandate is not None:
        back = reverse("servicehall:mandates", args=[letter.mandate.giver_id])
    else:
        back = reverse("servicehall:case", args=[letter.case_id])
    may = may_withdraw(letter, by=request.scope)
    return _page(
        request,
        letter,
        face="counter",
        page="letter",
        back=back,
        status=status,
        withdraw_form=form if may or form.is_bound else None,
    )


# --- the same for all -----------------------------------------------------------------------------
def _page(
    request: PortalRequest,
    letter: Letter,
    *,
    face: str,
    page: str,
    back: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    words = letter.words
    context = {
        "letter": letter,
        "words": words,
        "tone": TONES[LetterState(letter.state)],
        "layout": f"{face}.html",
        "back": back,
        "pdf_url": reverse(f"documents:{page}-pdf", args=[letter.pk]),
        "check_url": check_url(request, letter),
        "ring": _ring(words),
        "seal_image": _seal_image(words),
        "withdraw_form": None,
        **more,
    }
    return TemplateResponse(request, "documents/letter.html", context, status=status)


def _ring(words: dict[str, Any]) -> dict[str, Any] | None:
    """The drawn seal; y downwards, as in SVG. None where there is none, or an image of one."""
    if not words["seal"] or words["seal"]["image"]:
        return None
    placed = [*sealing.around(words["body"]), *sealing.below(words["seal"]["name"])]
    return {
        "radius": sealing.RADIUS - sealing.RING / 2,
        "ring": sealing.RING,
        "star": " ".join(f"{x},{-y}" for x, y in sealing.star()),
        "placed": [
            {
                "text": p.text,
                "size": p.size,
                "transform": f"translate({p.x} {-p.y}) rotate({p.angle}) scale({p.squeeze} 1)",
            }
            for p in placed
        ],
    }


def _seal_image(words: dict[str, Any]) -> str:
    """The image of the seal inside the page itself: it has no address of its own that could be copied."""
    name = words["seal"] and words["seal"]["image"]
    if not name:
        return ""
    return "data:image/png;base64," + base64.b64encode(storage.read(name)).decode()


def check_url(request: PortalRequest, letter: Letter) -> str:
    """What the QR code holds."""
    path = reverse("documents:verify-code", args=[letter.code])
    return str(request.build_absolute_uri(path))


def _pdf(request: PortalRequest, letter: Letter) -> HttpResponse:
    try:
        content = actions.pdf_of(letter, check_url=check_url(request, letter))
    except (pdf.NoFonts, FileMissing):
        return TemplateResponse(
            request, "documents/no_pdf.html", {"letter": letter}, status=UNAVAILABLE
        )
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{letter.words['title']} {letter.number}.pdf"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
