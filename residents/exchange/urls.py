"""What departments send and receive."""

from django.urls import URLPattern, path

from residents.exchange.views import conflicts, exports, filling, imports, ledger, matches, reports

app_name = "exchange"
urlpatterns: list[URLPattern] = [
    path("exports/", exports.export_list, name="exports"),
    path("exports/waiting/", exports.export_waiting, name="export-waiting"),
    path("exports/new/<uuid:template_id>/", exports.export_new, name="export-new"),
    path("exports/<uuid:run_id>/", exports.export_page, name="export"),
    path("exports/<uuid:run_id>/decide/", exports.export_decide, name="export-decide"),
    path("exports/<uuid:run_id>/file/", exports.export_file, name="export-file"),
    path("exports/<uuid:run_id>/schema/", exports.export_schema, name="export-schema"),
    path("reports/requests/", reports.request_list, name="requests"),
    path("reports/requests/new/", reports.request_new, name="request-new"),
    path("reports/requests/<uuid:request_id>/", reports.request_page, name="request"),
    path(
        "reports/requests/<uuid:request_id>/decide/", reports.request_decide, name="request-decide"
    ),
    path("reports/forms/", filling.form_list, name="forms"),
    path("reports/forms/<uuid:form_id>/", filling.form_page, name="form"),
    path("reports/refuse/", filling.refuse, name="refuse"),
    path("reports/refusals/<uuid:refusal_id>/", filling.refusal, name="refusal"),
    path("reports/ledger/", ledger.ledger, name="ledger"),
    path("reports/ledger/list/", ledger.ledger_list, name="ledger-list"),
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
