"""The accounts pages with stand-ins for the pages above them."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accounts.step_up import verified_within
from common.access import PUBLIC, RESIDENT, SIGNED_IN, STAFF, access, power


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("页面")


governance = ([path("posts/", access(SIGNED_IN)(answer), name="choose-post")], "governance")

urlpatterns = [
    path("", access(PUBLIC)(answer), name="home"),
    path("accounts/", include("accounts.urls")),
    path("governance/", include(governance)),
    path("resident/", access(RESIDENT)(answer)),
    path("staff/", access(STAFF)(answer)),
    path("accept/", access(power("accept_case"))(answer)),
    path("api/accept/", access(power("accept_case"), api=True)(answer)),
    path("pay/", access(SIGNED_IN)(verified_within(300)(answer))),
]
