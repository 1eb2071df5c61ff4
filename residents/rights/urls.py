"""What residents see, correct, allow and ask of what is held about them."""

from django.urls import URLPattern

app_name = "rights"
urlpatterns: list[URLPattern] = []
