from django.urls import path

from accounts.views import me, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.second_factor, name="second-factor"),
    path("sign-in/device/", sign_in.enrol, name="enrol"),
    path("sign-in/password/", sign_in.new_password, name="new-password"),
    path("sign-in/continue/", sign_in.carry_on, name="continue"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("me/", me.me, name="me"),
    path("me/stay/", me.stay, name="stay"),
    path("me/password/", me.change_password, name="change-password"),
    path("me/recovery-codes/", me.recovery_codes, name="recovery-codes"),
    path("me/sessions/end-others/", me.end_other_sessions, name="end-other-sessions"),
    path("me/sessions/<str:session_id>/end/", me.end_session, name="end-session"),
    path("verify/", me.verify, name="verify"),
]
