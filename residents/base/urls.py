"""Persons: found and opened at the counter, and what residents see of themselves."""

from django.urls import URLPattern, path

from residents.base.enums import ClaimPurpose
from residents.base.views import account_desk, care, checks, counter, doubles, life, me, register

app_name = "residents"
urlpatterns: list[URLPattern] = [
    path("persons/find/", counter.find, name="find"),
    path("persons/new/", counter.register, name="register-person"),
    path("persons/<uuid:person_id>/", counter.file, name="file"),
    path("persons/<uuid:person_id>/phone/", counter.phone, name="phone"),
    path("persons/<uuid:person_id>/reveal/<slug:field>/", counter.reveal, name="reveal"),
    path("persons/<uuid:person_id>/account/", account_desk.open_account, name="open-account"),
    path("persons/<uuid:person_id>/life/", life.history, name="life"),
    path("persons/<uuid:person_id>/life/<slug:slug>/", life.act, name="life-act"),
    path("life/<uuid:act_id>/", life.event, name="event"),
    path("life/<uuid:act_id>/correct/", life.correct, name="correct-event"),
    path("persons/<uuid:person_id>/care/", care.flags, name="care"),
    path("persons/care/", care.review, name="care-review"),
    path("persons/care/<uuid:flag_id>/extend/", care.extend, name="care-extend"),
    path("persons/care/<uuid:flag_id>/end/", care.end, name="care-end"),
    path("persons/checks/", checks.overview, name="checks"),
    path("persons/checks/run/", checks.run, name="checks-run"),
    path("persons/checks/<slug:code>/", checks.findings, name="findings"),
    path("persons/findings/<uuid:finding_id>/", checks.finding, name="finding"),
    path("persons/findings/<uuid:finding_id>/fix/", checks.fix, name="finding-fix"),
    path("persons/doubles/", doubles.doubles, name="doubles"),
    path("persons/doubles/new/", doubles.any_pair, name="double-new"),
    path("persons/doubles/<uuid:pair_id>/", doubles.pair, name="double"),
    path("persons/merges/", doubles.merges, name="merges"),
    path("persons/merges/<uuid:merge_id>/", doubles.merge, name="merge"),
    path("register/", register.start, {"purpose": ClaimPurpose.REGISTER}, name="register"),
    path("register/forgot/", register.start, {"purpose": ClaimPurpose.RESET}, name="forgot"),
    path("register/code/", register.code, name="code"),
    path("register/code/again/", register.code_again, name="code-again"),
    path("register/password/", register.first_password, name="first-password"),
    path("register/counter/", register.to_counter, name="to-counter"),
    path("me/", me.me, name="me"),
    path("me/show/<slug:field>/", me.show, name="show-own"),
    path("me/language/", me.choose_language, name="choose-language"),
    path("me/who-looked/", me.who_looked, name="who-looked"),
]
