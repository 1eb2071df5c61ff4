"""Persons: found and opened at the counter, and what residents see of themselves."""

from django.urls import URLPattern

app_name = "residents"
urlpatterns: list[URLPattern] = []
