from django.urls import path

from dashboards.views import overview

app_name = "dashboards"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("places/<str:code>/", overview.place, name="place"),
    path("places/<str:code>/cases/", overview.case_list, name="list"),
]
