"""The pages of the hall: for everybody, for the resident who is signed in, and at the counter."""

from django.urls import include, path

from servicehall.views import public

app_name = "servicehall"
urlpatterns = [
    path("search/", public.search, name="search"),
    path("windows/<slug:code>/", public.window, name="window"),
    path("items/<slug:code>/", public.item, name="item"),
    path("stations/", public.stations, name="stations"),
    path("hall/", include("servicehall.urls_counter")),
]
