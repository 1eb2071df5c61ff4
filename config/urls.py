"""Every URL of the portal. Each app brings its own; here they get their place."""

from django.urls import URLPattern, URLResolver, include, path

from config import views
from servicehall.cases.views import public

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.home, name="home"),
    path("", include("servicehall.catalogue.urls")),
    path("", include("servicehall.cases.urls")),
    path("", include("servicehall.publicity.urls")),
    path("", include("servicehall.supervision.urls")),
    path("", include("servicehall.aftercare.urls")),
    path("", include("servicehall.documents.urls")),
    path("", include("community.governance.urls")),
    path("accounts/", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("officials/", include("dashboards.urls")),
    path("", include("residents.base.urls")),
    path("", include("residents.exchange.urls")),
    path("", include("residents.rights.urls")),
    path("", include("common.urls")),
    path("api/", include("config.api.urls")),
    path("healthz/live", views.live, name="healthz-live"),
    path("healthz/ready", views.ready, name="healthz-ready"),
]

handler400 = "common.middleware.bad_request"
