"""What residents see, correct, allow and ask of what is held about them, and who answers."""

from django.urls import URLPattern, path

from residents.rights.views import (
    consents,
    copies,
    corrections,
    deletions,
    desk,
    family,
    guardians,
    kin,
)

app_name = "rights"
urlpatterns: list[URLPattern] = [
    path("me/corrections/", corrections.mine, name="corrections"),
    path("me/correct/<slug:field>/", corrections.correct, name="correct"),
    path(
        "me/correct/<slug:field>/for/<uuid:person_id>/", corrections.correct_for, name="correct-for"
    ),
    path(
        "me/corrections/<uuid:correction_id>/withdraw/",
        corrections.withdraw,
        name="correction-withdraw",
    ),
    path("me/purposes/", consents.mine, name="purposes"),
    path("me/purposes/<slug:code>/", consents.purpose, name="purpose"),
    path(
        "me/family/<uuid:person_id>/purposes/<slug:purpose_code>/",
        consents.for_ward,
        name="ward-purpose",
    ),
    path("me/copy/", copies.mine, name="copies"),
    path("me/copy/<uuid:copy_id>/<slug:form>/", copies.download, name="copy"),
    path("me/deletion/", deletions.mine, name="deletion"),
    path("me/deletion/<uuid:deletion_id>/withdraw/", deletions.withdraw, name="deletion-withdraw"),
    path("me/family/", family.mine, name="family"),
    path("me/family/ask/<uuid:person_id>/", family.ask, name="family-ask"),
    path("me/family/allowance/<uuid:consent_id>/<slug:act>/", family.change, name="family-change"),
    path("me/family/<uuid:person_id>/", family.member, name="family-member"),
    path("me/kin/", kin.mine, name="kin"),
    path("me/kin/<uuid:request_id>/withdraw/", kin.withdraw, name="kin-withdraw"),
    path("rights/", desk.corrections, name="desk"),
    path("rights/corrections/<uuid:correction_id>/", desk.correction, name="correction"),
    path("rights/corrections/<uuid:correction_id>/reveal/", desk.reveal, name="correction-reveal"),
    path("rights/papers/<uuid:paper_id>/", desk.paper, name="paper"),
    path("rights/deletions/", desk.deletions, name="deletions"),
    path("rights/deletions/<uuid:deletion_id>/", desk.deletion, name="deletion-answer"),
    path("rights/kin/", desk.kin_requests, name="kin-requests"),
    path("rights/kin/<uuid:request_id>/", desk.kin_request, name="kin-request"),
    path("persons/<uuid:person_id>/guardians/", guardians.guardians, name="guardians"),
    path(
        "persons/<uuid:person_id>/guardians/<uuid:guardianship_id>/end/",
        guardians.end,
        name="guardian-end",
    ),
    path("persons/<uuid:person_id>/consents/", guardians.consents, name="paper-consents"),
]
