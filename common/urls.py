"""Cookies of taste (language, size of print) and the style guide of the demonstration."""

from django.conf import settings
from django.urls import path

from common import views

app_name = "common"
urlpatterns = [
    path("settings/language/", views.set_language, name="language"),
    path("settings/size/", views.set_size, name="size"),
]
if settings.DEMO:
    urlpatterns += [path("demo/ui/", views.style_guide, name="style-guide")]
