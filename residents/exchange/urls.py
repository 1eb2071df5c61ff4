"""What departments send and receive."""

from django.urls import URLPattern, path

from residents.exchange.views import exports

app_name = "exchange"
urlpatterns: list[URLPattern] = [
    path("exports/", exports.export_list, name="exports"),
    path("exports/waiting/", exports.export_waiting, name="export-waiting"),
    path("exports/new/<uuid:template_id>/", exports.export_new, name="export-new"),
    path("exports/<uuid:run_id>/", exports.export_page, name="export"),
    path("exports/<uuid:run_id>/decide/", exports.export_decide, name="export-decide"),
    path("exports/<uuid:run_id>/file/", exports.export_file, name="export-file"),
    path("exports/<uuid:run_id>/schema/", exports.export_schema, name="export-schema"),
]
