"""Two pages for the tests of the tests."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from common.access import PUBLIC, access


@access(PUBLIC)
def good(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>好</p>")


@access(PUBLIC)
def bad(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<script>x()</script>")


urlpatterns = [path("good/", good), path("bad/", bad)]
