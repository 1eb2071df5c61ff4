"""The addresses of the API. No slash at the end; what is not here is a 404 in the API's own shape."""

from django.urls import path, re_path, register_converter

from community.governance import api as governance
from config.api import views
from residents.exchange.api import batches, changes
from servicehall.cases.api import cases, items


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
    path("v1/exchange/batches", batches.Batches.as_view(), name="batches"),
    path("v1/exchange/batches/<uuid:batch_id>", batches.OneBatch.as_view(), name="batch"),
    path("v1/exchange/batches/<uuid:batch_id>/rows", batches.Rows.as_view(), name="rows"),
    path(
        "v1/exchange/batches/<uuid:batch_id>/statements",
        batches.Statements.as_view(),
        name="statements",
    ),
    path("v1/exchange/changes", changes.Changes.as_view(), name="changes"),
    path("v1/track", cases.Tracking.as_view(), name="track"),
    re_path("", views.Unknown.as_view(), name="unknown"),
]
