"""What follows a case: of residents, at the counter, at those who follow a bad rating up."""

from django.urls import URLPattern, path

from servicehall.aftercare.views import benefits, deliveries, mine, ratings

app_name = "aftercare"
urlpatterns: list[URLPattern] = [
    path("items/<slug:code>/expected/", mine.expected, name="expected"),
    path("my/cases/<uuid:case_id>/pressure/", mine.pressure, name="pressure"),
    path("my/cases/<uuid:case_id>/rate-again/", mine.again, name="again"),
    path("track/pressure/", mine.track_pressure, name="track-pressure"),
    path("track/rate-again/", mine.track_again, name="track-again"),
    path("my/benefits/", mine.benefits, name="my-benefits"),
    path("my/benefits/<uuid:benefit_id>/", mine.benefit, name="my-benefit"),
    path("hall/benefits/", benefits.desk, name="benefits"),
    path("hall/benefits/<uuid:benefit_id>/", benefits.benefit, name="benefit"),
    path("hall/benefits/<uuid:benefit_id>/do/<slug:slug>/", benefits.act, name="benefit-act"),
    path("hall/deliveries/", deliveries.desk, name="deliveries"),
    path("hall/ratings/", ratings.desk, name="ratings"),
    path("hall/ratings/closed/", ratings.closed, name="ratings-closed"),
    path("hall/ratings/ours/", ratings.our_quality, name="our-quality"),
    path("hall/ratings/mend/", ratings.mending, name="mending"),
    path("hall/ratings/mend/<uuid:rectification_id>/", ratings.mend, name="mend"),
    path(
        "hall/ratings/mend/<uuid:rectification_id>/do/<slug:slug>/",
        ratings.mend_act,
        name="mend-act",
    ),
    path("hall/ratings/<uuid:rectification_id>/", ratings.rectification, name="rectification"),
    path(
        "hall/ratings/<uuid:rectification_id>/do/<slug:slug>/",
        ratings.act,
        name="rectification-act",
    ),
    path("hall/ratings/<uuid:rectification_id>/phone/", ratings.phone, name="rectification-phone"),
]
