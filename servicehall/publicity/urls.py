"""公示: public pages below notices/, the work of staff below hall/."""

from django.urls import URLPattern, path

from servicehall.publicity.views import public, staff

app_name = "publicity"
urlpatterns: list[URLPattern] = [
    path("notices/", public.communities, name="notices"),
    path("notices/answer/", public.answer, name="answer"),
    path("notices/in/<slug:code>/", public.of_community, name="of-community"),
    path("notices/<slug:ref>/", public.notice, name="notice"),
    path("notices/<slug:ref>/paper/", public.paper, name="paper"),
    path("notices/<slug:ref>/object/", public.object_, name="object"),
    path("hall/notices/<slug:ref>/objection/", staff.at_counter, name="at-counter"),
    path("hall/objections/", staff.objections, name="objections"),
    path("hall/objections/<uuid:objection_id>/", staff.objection, name="objection"),
    path("hall/objections/<uuid:objection_id>/refer/", staff.refer, name="refer"),
    path("hall/cases/<uuid:case_id>/appraisal/", staff.appraisal, name="appraisal"),
]
