"""A URLconf in which somebody forgot a policy, once plainly and once behind an include and a class."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import View

from common.access import PUBLIC, SIGNED_IN, access


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("页面")


class Forgotten(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("页面")


@access(SIGNED_IN)
class Declared(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("页面")


inner = ([path("class/", Forgotten.as_view(), name="class")], "inner")

urlpatterns = [
    path("accounts/", include("accounts.urls")),
    path("open/", access(PUBLIC)(answer), name="open"),
    path("declared/", Declared.as_view(), name="declared"),
    path("forgotten/", answer, name="forgotten"),
    path("inner/", include(inner)),
]
