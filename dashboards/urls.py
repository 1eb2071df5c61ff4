from django.urls import path

from dashboards.views import audit, canaries, messages, overview, population, posts, users

app_name = "dashboards"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("places/<str:code>/", overview.place, name="place"),
    path("places/<str:code>/cases/", overview.case_list, name="list"),
    path("places/<str:code>/population/", population.population, name="population"),
    path(
        "places/<str:code>/population/people/", population.population_list, name="population-list"
    ),
    path("users/", users.user_list, name="users"),
    path("users/new/", users.new, name="user-new"),
    path("users/<uuid:user_id>/", users.user_page, name="user"),
    path("users/<uuid:user_id>/password/", users.reset_password, name="user-password"),
    path("users/<uuid:user_id>/factor/", users.remove_factor, name="user-factor"),
    path("users/<uuid:user_id>/disable/", users.disable, name="user-disable"),
    path("users/<uuid:user_id>/enable/", users.enable, name="user-enable"),
    path("users/<uuid:user_id>/tie/", users.tie, name="user-tie"),
    path("users/<uuid:user_id>/untie/", users.untie, name="user-untie"),
    path("posts/", posts.post_list, name="posts"),
    path("posts/bodies/", posts.body_list, name="bodies"),
    path("posts/bodies/<uuid:body_id>/", posts.body, name="body"),
    path("posts/<uuid:post_id>/", posts.post_page, name="post"),
    path("canaries/", canaries.canary_list, name="canaries"),
    path("canaries/<uuid:canary_id>/", canaries.canary, name="canary"),
    path("audit/", audit.trail, name="audit"),
    path("audit/<int:entry_id>/", audit.entry, name="audit-entry"),
    path("messages/", messages.message_list, name="messages"),
    path("messages/<uuid:message_id>/retry/", messages.retry, name="message-retry"),
    path("messages/<uuid:message_id>/called/", messages.called, name="message-called"),
]
