"""The pages of those who look after the catalogue."""

from django.urls import path

from servicehall.catalogue.views import searches

app_name = "catalogue"
urlpatterns = [
    path("hall/searches/", searches.empty_searches, name="empty-searches"),
]
