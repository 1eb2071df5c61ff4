"""电子监察: figures, findings, letters of 督办."""

from django.urls import URLPattern, path

from servicehall.supervision.views import cases, figures, urgings

app_name = "supervision"
urlpatterns: list[URLPattern] = [
    path("supervision/", figures.overview, name="overview"),
    path("supervision/findings/", figures.findings, name="findings"),
    path("supervision/findings/<uuid:finding_id>/dismiss/", figures.dismiss, name="dismiss"),
    path("supervision/cases/<uuid:case_id>/", cases.case, name="case"),
    path("supervision/cases/<uuid:case_id>/urge/", cases.urge, name="urge"),
    path("supervision/cases/<uuid:case_id>/record/", cases.record, name="record"),
    path("supervision/cases/<uuid:case_id>/paper/", cases.paper, name="paper"),
    path("supervision/urgings/", urgings.urgings, name="urgings"),
    path("supervision/urgings/<uuid:urging_id>/", urgings.urging, name="urging"),
    path("supervision/urgings/<uuid:urging_id>/<slug:slug>/", urgings.act, name="urging-act"),
]
