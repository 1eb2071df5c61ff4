"""The addresses of the API. No slash at the end; what is not here is a 404 in the API's own shape."""

from django.urls import path, re_path, register_converter

from community.governance import api as governance
from config.api import views
from servicehall.api import cases, items


class CaseNumberConverter:
    regex = "[0-9]{8,32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CaseNumberConverter, "case_number")

app_name = "api"
urlpatterns = [
    path("schema/", views.Schema.as_view(), name="schema"),
    path("docs/", views.docs, name="docs"),
    path("v1/items", items.Items.as_view(), name="items"),
    path("v1/items/<slug:code>", items.OneItem.as_view(), name="item"),
    path("v1/places", governance.Places.as_view(), name="places"),
    path("v1/places/<slug:code>", governance.OnePlace.as_view(), name="place"),
    path("v1/stations", governance.Stations.as_view(), name="stations"),
    path("v1/cases", cases.Cases.as_view(), name="cases"),
    path("v1/cases/<case_number:number>", cases.OneCase.as_view(), name="case"),
    path("v1/cases/<case_number:number>/withdraw", cases.Withdrawal.as_view(), name="withdraw"),
    path("v1/track", cases.Tracking.as_view(), name="track"),
    re_path("", views.Unknown.as_view(), name="unknown"),
]
