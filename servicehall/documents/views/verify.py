"""核验: whoever holds a letter can see whether it is genuine and still in force, and compare the file he has."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from common.access import PUBLIC, access
from common.masking import mask_name
from common.ratelimit import hit
from common.storage import FileMissing
from common.uploads import UploadRefused
from community.governance.scopes import PortalRequest
from servicehall.documents import actions, pdf
from servicehall.documents.enums import LetterState
from servicehall.documents.forms import CodeForm, CompareForm, plain_code
from servicehall.documents.models import Letter
from servicehall.documents.showing import TONES
from servicehall.documents.views.letters import check_url

PER_ADDRESS, MINUTE = 20, 60
REFUSED, TOO_MANY, UNKNOWN = 422, 429, 404


@access(PUBLIC)
@require_safe
def ask(request: PortalRequest) -> HttpResponse:
    """Type the code that stands beside the QR code."""
    form = CodeForm(request.GET) if "code" in request.GET else CodeForm()
    if form.is_bound and form.is_valid():
        return redirect("documents:verify-code", form.cleaned_data["code"])
    return _form(request, form, status=REFUSED if form.is_bound else 200)


@access(PUBLIC)
@never_cache
@require_safe
def check(request: PortalRequest, code: str) -> HttpResponse:
    if not _allowed(request):
        return _too_many(request)
    letter = _found(code)
    if letter is None:
        return _not_found(request, code)
    return _page(request, letter, CompareForm())


@access(PUBLIC)
@never_cache
@require_POST
def compare(request: PortalRequest, code: str) -> HttpResponse:
    """The file is read once, hashed and forgotten."""
    if not _allowed(request):
        return _too_many(request)
    letter = _found(code)
    if letter is None:
        return _not_found(request, code)
    form, same = CompareForm(request.POST, request.FILES), None
    if form.is_valid():
        _draw(request, letter)
        try:
            same = actions.is_same_file(letter, form.cleaned_data["file"].read())
        except UploadRefused as refusal:
            form.add_error("file", str(refusal.message))
    return _page(request, letter, form, same=same, status=200 if form.is_valid() else REFUSED)


def _allowed(request: PortalRequest) -> bool:
    return hit("verify.address", request.client_ip, PER_ADDRESS, MINUTE, timezone.now())


def _found(code: str) -> Letter | None:
    return Letter.objects.with_code(plain_code(code)).whole().first()


def _page(
    request: PortalRequest, letter: Letter, form: CompareForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    _draw(request, letter)
    words = letter.words
    context = {
        "letter": letter,
        "words": words,
        "tone": TONES[LetterState(letter.state)],
        "masked_name": mask_name(words["applicant"]),
        "is_over": letter.has_run_out(timezone.localdate()),
        "form": form,
        "same": None,
        **more,
    }
    return _hidden(TemplateResponse(request, "documents/verify.html", context, status=status))


def _draw(request: PortalRequest, letter: Letter) -> None:
    """A letter that nobody has printed yet has no file and no hash; from here on it has."""
    try:
        actions.pdf_of(letter, check_url=check_url(request, letter))
    except (pdf.NoFonts, FileMissing):
        return


def _not_found(request: PortalRequest, code: str) -> HttpResponse:
    if not plain_code(code):
        raise Http404
    form = CodeForm({"code": code[:40]})
    form.is_valid()
    form.add_error(
        None, _("查不到这份文书。请对照文书再看一遍；仍然查不到的，它可能不是我们发的。")
    )
    return _form(request, form, status=UNKNOWN)


def _too_many(request: PortalRequest) -> HttpResponse:
    form = CodeForm({})
    form.errors.clear()
    form.add_error(None, _("查得太频繁了，请过一分钟再试。"))
    return _form(request, form, status=TOO_MANY)


def _form(request: PortalRequest, form: CodeForm, *, status: int) -> HttpResponse:
    return _hidden(
        TemplateResponse(request, "documents/verify_form.html", {"form": form}, status=status)
    )


def _hidden(response: HttpResponse) -> HttpResponse:
    """No search engine keeps what a letter says."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
