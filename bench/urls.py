"""All of the portal, and a page that costs nothing but its door."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from common.access import access, power
from community.governance.enums import Power

DOOR = "bench/door"


@access(power(Power.READ_CASES))
def door(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path(DOOR, door, name="bench-door"), path("", include("config.urls"))]
