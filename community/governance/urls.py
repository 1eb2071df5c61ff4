from django.urls import path

from community.governance.views import calendar, deputies, posts, tokens

app_name = "governance"
urlpatterns = [
    path("post/", posts.choose_post, name="choose-post"),
    path("deputies/", deputies.deputies, name="deputies"),
    path("deputies/<uuid:post_id>/end/", deputies.end, name="deputy-end"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/make/", tokens.make, name="token-make"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("setup/calendar/", calendar.now, name="calendar"),
    path("setup/calendar/<int:year>/", calendar.year, name="calendar-year"),
    path("setup/calendar/<int:year>/day/", calendar.day, name="calendar-day"),
    path("setup/calendar/<int:year>/publish/", calendar.publish, name="calendar-publish"),
    path("setup/calendar/<int:year>/withdraw/", calendar.withdraw, name="calendar-withdraw"),
]
