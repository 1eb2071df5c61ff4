"""What departments send and receive."""

from django.urls import URLPattern, path

from residents.exchange.views import exports, filling, ledger, reports

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
]
