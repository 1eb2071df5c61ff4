from django.urls import path

from community.governance.views import posts

app_name = "governance"
urlpatterns = [
    path("post/", posts.choose_post, name="choose-post"),
]
