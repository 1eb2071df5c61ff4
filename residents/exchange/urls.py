"""What departments send and receive."""

from django.urls import URLPattern, path

from residents.exchange.views import conflicts, imports, matches

app_name = "exchange"
urlpatterns: list[URLPattern] = [
    path("imports/", imports.batches, name="imports"),
    path("imports/new/", imports.receive, name="import-new"),
    path("imports/<uuid:batch_id>/", imports.batch, name="import"),
    path("imports/<uuid:batch_id>/progress/", imports.progress, name="import-progress"),
    path("imports/<uuid:batch_id>/columns/", imports.columns, name="import-columns"),
    path("imports/<uuid:batch_id>/codes/", imports.codes, name="import-codes"),
    path("imports/<uuid:batch_id>/rows/", imports.rows, name="import-rows"),
    path("imports/<uuid:batch_id>/remarks/", imports.remarks, name="import-remarks"),
    path("imports/<uuid:batch_id>/match/", matches.match, name="import-match"),
    path("imports/<uuid:batch_id>/<slug:slug>/", imports.press, name="import-press"),
    path("imports/rows/<uuid:row_id>/", matches.decide, name="import-decide"),
    path("conflicts/", conflicts.conflicts, name="conflicts"),
    path("conflicts/<uuid:ticket_id>/", conflicts.conflict, name="conflict"),
    path("conflicts/<uuid:ticket_id>/reveal/", conflicts.reveal, name="conflict-reveal"),
]
