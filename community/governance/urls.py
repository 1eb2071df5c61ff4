from django.urls import path

from community.governance.views import calendar, posts

app_name = "governance"
urlpatterns = [
    path("post/", posts.choose_post, name="choose-post"),
    path("setup/calendar/", calendar.now, name="calendar"),
    path("setup/calendar/<int:year>/", calendar.year, name="calendar-year"),
    path("setup/calendar/<int:year>/day/", calendar.day, name="calendar-day"),
    path("setup/calendar/<int:year>/publish/", calendar.publish, name="calendar-publish"),
    path("setup/calendar/<int:year>/withdraw/", calendar.withdraw, name="calendar-withdraw"),
]
