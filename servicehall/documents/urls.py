"""Letters: on one's own case, on a followed one, at the desk; and the check that is open to everybody."""

from django.urls import path

from servicehall.documents.views import letters, texts, verify

app_name = "documents"
urlpatterns = [
    path("my/letters/<uuid:letter_id>/", letters.mine, name="my-letter"),
    path("my/letters/<uuid:letter_id>/pdf/", letters.mine_pdf, name="my-letter-pdf"),
    path("track/case/letters/<uuid:letter_id>/", letters.tracked, name="tracked-letter"),
    path(
        "track/case/letters/<uuid:letter_id>/pdf/", letters.tracked_pdf, name="tracked-letter-pdf"
    ),
    path("my/mandates/<uuid:mandate_id>/letter/", letters.of_my_mandate, name="my-mandate-letter"),
    path("hall/mandates/<uuid:mandate_id>/letter/", letters.of_mandate, name="mandate-letter"),
    path("hall/letters/<uuid:letter_id>/", letters.letter, name="letter"),
    path("hall/letters/<uuid:letter_id>/pdf/", letters.letter_pdf, name="letter-pdf"),
    path("hall/letters/<uuid:letter_id>/withdraw/", letters.withdraw, name="letter-withdraw"),
    path("hall/letter-texts/", texts.text_list, name="texts"),
    path("hall/letter-texts/<slug:code>/", texts.text_page, name="text"),
    path("hall/letter-texts/<slug:code>/<slug:verb>/", texts.text_act, name="text-act"),
    path("verify/", verify.ask, name="verify"),
    path("verify/<str:code>/", verify.check, name="verify-code"),
    path("verify/<str:code>/compare/", verify.compare, name="verify-compare"),
]
