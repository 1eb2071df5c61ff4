"""Language, size of print, and the style guide: the only pages that belong to no part of the domain."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from common.access import PUBLIC, access
from common.style_guide import example
from common.templatetags.ui_chrome import ELDER, SIZE_COOKIE

A_YEAR = 365 * 24 * 3600


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    """Keep a taste for a year and go back; never to another site."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = HttpResponseRedirect(back)
    response.set_cookie(
        cookie,
        value,
        max_age=A_YEAR,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class SizeForm(forms.Form):
    size = forms.ChoiceField(choices=[("normal", "normal"), (ELDER, ELDER)])


@access(PUBLIC)
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    language = form.cleaned_data["language"] if form.is_valid() else settings.LANGUAGE_CODE
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, language)


@access(PUBLIC)
@require_POST
def set_size(request: HttpRequest) -> HttpResponse:
    form = SizeForm(request.POST)
    return _remember(
        request, SIZE_COOKIE, form.cleaned_data["size"] if form.is_valid() else "normal"
    )


@access(PUBLIC)
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component on one page, in the face asked for; only where settings.DEMO."""
    face = request.GET.get("face")
    layout = f"{face}.html" if face in {"counter", "official"} else "resident.html"
    return TemplateResponse(request, "common/style_guide.html", {"layout": layout, **example()})
