"""The pages of the hall: for everybody, for the resident who is signed in, and at the counter."""

from django.urls import include, path

from servicehall.cases.views import (
    draft_files,
    families,
    files,
    filing,
    mandates,
    mine,
    moving,
    papers,
    proposals,
    public,
    signatures,
    talk,
    track,
    tryout,
)

app_name = "servicehall"
urlpatterns = [
    # for everybody
    path("search/", public.search, name="search"),
    path("windows/<slug:code>/", public.window, name="window"),
    path("items/<slug:code>/", public.item, name="item"),
    path("stations/", public.stations, name="stations"),
    path("track/", track.track, name="track"),
    path("track/case/", track.tracked, name="tracked"),
    path("track/case/more/", track.more, name="tracked-more"),
    path("track/rate/", track.rate, name="track-rate"),
    path("track/leave/", track.leave, name="track-leave"),
    # filing: the resident himself, or a clerk for the person at the counter
    path("items/<slug:code>/start/", filing.start, name="start"),
    path("items/<slug:code>/start-for/", filing.start_for, name="start-for"),
    path("items/<slug:code>/start-other/", mandates.start_for_other, name="start-other"),
    path("my/papers/", papers.mine, name="my-papers"),
    path("my/papers/<uuid:paper_id>/", papers.download, name="my-paper"),
    path("my/papers/<uuid:paper_id>/drop/", papers.drop, name="my-paper-drop"),
    path("drafts/<uuid:draft_id>/choose/<slug:field>/", papers.choose, name="draft-choose"),
    path("bundles/", families.overview, name="bundles"),
    path("bundles/<slug:code>/", families.start, name="bundle"),
    path("my/families/<uuid:family_id>/", families.family, name="family"),
    path("my/families/<uuid:family_id>/discard/", families.discard, name="family-discard"),
    path("my/families/<uuid:family_id>/pages/<slug:key>/", families.page, name="family-page"),
    path(
        "my/families/<uuid:family_id>/pages/<slug:key>/save/",
        families.autosave,
        name="family-autosave",
    ),
    path("my/mandates/", mandates.mine, name="my-mandates"),
    path("my/mandates/<uuid:mandate_id>/revoke/", mandates.revoke, name="my-mandate-revoke"),
    path("drafts/<uuid:draft_id>/", filing.resume, name="draft"),
    path("drafts/<uuid:draft_id>/discard/", filing.discard, name="draft-discard"),
    path("drafts/<uuid:draft_id>/moved/", moving.moved, name="draft-moved"),
    path("drafts/<uuid:draft_id>/check/", filing.check, name="draft-check"),
    path("drafts/<uuid:draft_id>/pages/<slug:key>/", filing.page, name="draft-page"),
    path("drafts/<uuid:draft_id>/pages/<slug:key>/save/", filing.autosave, name="draft-autosave"),
    path("drafts/<uuid:draft_id>/files/<slug:field>/", draft_files.attach, name="draft-attach"),
    path(
        "drafts/<uuid:draft_id>/remove/<uuid:upload_id>/", draft_files.remove, name="draft-remove"
    ),
    # the resident's own cases
    path("my/cases/", mine.my_cases, name="my-cases"),
    path("my/cases/<uuid:case_id>/", mine.my_case, name="my-case"),
    path("my/cases/<uuid:case_id>/more/", mine.my_case_more, name="my-case-more"),
    path("my/cases/<uuid:case_id>/messages/", talk.mine, name="my-case-messages"),
    path("my/cases/<uuid:case_id>/receipt/", filing.receipt, name="receipt"),
    path("my/cases/<uuid:case_id>/answer/", mine.answer, name="my-case-answer"),
    path("my/cases/<uuid:case_id>/answer/<slug:key>/", mine.attach, name="my-case-attach"),
    path("my/cases/<uuid:case_id>/remove/<uuid:upload_id>/", mine.remove, name="my-case-remove"),
    path("my/cases/<uuid:case_id>/withdraw/", mine.withdraw, name="my-case-withdraw"),
    path("my/cases/<uuid:case_id>/again/", mine.again, name="my-case-again"),
    path("my/cases/<uuid:case_id>/rate/", mine.rate, name="my-case-rate"),
    path("my/signatures/", signatures.mine, name="my-signatures"),
    path("my/signatures/<uuid:signature_id>/<slug:verb>/", signatures.answer, name="my-signature"),
    path("my/proposals/", proposals.mine, name="my-proposals"),
    path("my/proposals/<uuid:proposal_id>/apply/", proposals.apply, name="proposal-apply"),
    path("my/proposals/<uuid:proposal_id>/decline/", proposals.decline, name="proposal-decline"),
    path("files/<uuid:upload_id>/", files.download, name="file"),
    # a version that is not published yet, for those who look after the catalogue
    path("hall/catalogue/items/<slug:code>/preview/", tryout.preview, name="item-preview"),
    path("hall/catalogue/items/<slug:code>/try/", tryout.start, name="item-try"),
    path("hall/catalogue/items/<slug:code>/try/<slug:key>/", tryout.page, name="item-try-page"),
    path("hall/", include("servicehall.cases.urls_counter")),
]
