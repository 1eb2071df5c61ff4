"""The pages at the counter and of those who review; `servicehall.urls` includes them below hall/."""

from django.urls import path

from servicehall.cases.views import (
    accords,
    batches,
    case,
    desk,
    families,
    mandates,
    proposals,
    signatures,
    slip,
    talk,
)

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("counts/", desk.counts, name="desk-counts"),
    path("find/", desk.find, name="find-case"),
    path("for/<uuid:person_id>/", desk.for_person, name="for-person"),
    path("for/<uuid:person_id>/bundles/", families.overview_for, name="bundles-for"),
    path("for/<uuid:person_id>/bundles/<slug:bundle>/", families.start_for, name="bundle-for"),
    path("for/<uuid:person_id>/mandates/", mandates.of_person, name="mandates"),
    path(
        "for/<uuid:person_id>/mandates/<uuid:mandate_id>/revoke/",
        mandates.revoke_for,
        name="mandate-revoke",
    ),
    path("proposals/", proposals.overview, name="proposals"),
    path("proposals/<slug:code>/", proposals.of_item, name="proposals-of"),
    path("proposals/<slug:code>/tell/", proposals.tell, name="proposals-tell"),
    path("cases/<uuid:case_id>/", case.case, name="case"),
    path("cases/<uuid:case_id>/more/", case.more, name="case-more"),
    path("cases/<uuid:case_id>/messages/", talk.theirs, name="case-messages"),
    path("cases/<uuid:case_id>/messages/settle/", talk.settle, name="case-messages-settle"),
    path(
        "cases/<uuid:case_id>/signatures/<uuid:signature_id>/",
        signatures.on_paper,
        name="case-signature",
    ),
    path("cases/<uuid:case_id>/why/", case.why, name="case-why"),
    path("cases/<uuid:case_id>/do/<slug:slug>/", case.act, name="case-act"),
    path("cases/<uuid:case_id>/reveal/<slug:field>/", case.reveal, name="case-reveal"),
    path("cases/<uuid:case_id>/consult/", accords.consult, name="case-consult"),
    path(
        "cases/<uuid:case_id>/undertakings/<slug:key>/keep/", accords.keep, name="undertaking-keep"
    ),
    path("batches/start/", batches.start, name="batch-start"),
    path("batches/<uuid:batch_id>/", batches.batch, name="case-batch"),
    path("batches/<uuid:batch_id>/go/", batches.go, name="case-batch-go"),
    path("consultations/", accords.asked, name="consultations"),
    path(
        "consultations/<uuid:consultation_id>/answer/", accords.answer, name="consultation-answer"
    ),
    path(
        "consultations/<uuid:consultation_id>/cancel/", accords.cancel, name="consultation-cancel"
    ),
    path("cases/<uuid:case_id>/slip/", slip.slip, name="slip"),
    path("families/<uuid:family_id>/slip/", slip.of_family, name="family-slip"),
]
