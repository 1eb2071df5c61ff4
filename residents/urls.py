"""Persons: found and opened at the counter, and what residents see of themselves."""

from django.urls import URLPattern, path

from residents.views import counter

app_name = "residents"
urlpatterns: list[URLPattern] = [
    path("persons/find/", counter.find, name="find"),
    path("persons/new/", counter.register, name="register-person"),
    path("persons/<uuid:person_id>/", counter.file, name="file"),
    path("persons/<uuid:person_id>/phone/", counter.phone, name="phone"),
    path("persons/<uuid:person_id>/reveal/<slug:field>/", counter.reveal, name="reveal"),
]
