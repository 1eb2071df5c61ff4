"""The pages at the counter and of those who review; `servicehall.urls` includes them below hall/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
