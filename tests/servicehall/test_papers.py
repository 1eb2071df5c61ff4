"""我的材料: a paper is photographed once and used again; doubts are said, copies of documents are marked."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from common import pictures, storage
from common.uploads import check_upload
from servicehall.cases import actions
from servicehall.cases.models import KeptPaper, Upload
from tests.factories.governance import resident_scope
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import ALLOWANCE, hall
from tests.servicehall.filing_steps import start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads_of_this_test(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"


def sheet(*, dark: bool = False, blurred: bool = False, side: int = 900) -> bytes:
    """A page with lines of text, as a telephone sees it."""
    page = Image.new("L", (side, side), 40 if dark else 235)
    draw = ImageDraw.Draw(page)
    for y in range(20, side, 24):
        draw.text((20, y), "Name 123456 Address 7-2-301 " * 4, fill=0)
    if blurred:
        page = page.filter(ImageFilter.GaussianBlur(9))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=90)
    return out.getvalue()


def test_a_photograph_that_cannot_be_read_is_doubted_and_a_good_one_is_not():
    assert pictures.doubts(sheet(), "jpg") == []
    assert pictures.doubts(sheet(blurred=True), "jpg") == ["blurred"]
    assert "dark" in pictures.doubts(sheet(dark=True), "jpg")
    assert "small" in pictures.doubts(sheet(side=200), "jpg")
    assert pictures.doubts(b"%PDF-", "pdf") == []


def test_a_kept_document_is_used_as_a_marked_copy_and_may_be_thrown_away(client_for):
    here = hall(ALLOWANCE)
    phone = client_for(here.resident)
    url = reverse("servicehall:my-papers")
    blurred = SimpleUploadedFile("证.jpg", sheet(blurred=True), "image/jpeg")
    answer = phone.post(url, {"kind": "id_card", "title": "我的身份证", "file": blurred})
    assert answer.status_code == 302
    assert "照片可能模糊" in phone.get(url).content.decode()
    paper = KeptPaper.objects.get()

    draft = start(phone)
    choose = reverse("servicehall:draft-choose", args=[draft.pk, "id_photo"])
    assert (
        choose
        in phone.get(reverse("servicehall:draft-page", args=[draft.pk, "paper"])).content.decode()
    )
    assert "我的身份证" in phone.get(choose).content.decode()
    assert phone.post(choose, {"paper": paper.pk}).status_code == 302
    copy = Upload.objects.get(draft=draft)
    assert (copy.title, copy.field) == ("我的身份证.jpg", "id_photo")
    before, after = (
        Image.open(io.BytesIO(storage.read(name))).convert("RGB")
        for name in (paper.stored_as, copy.stored_as)
    )
    changed = ImageChops.difference(before, after).convert("L").point(lambda x: 255 * (x > 40))
    assert 0.005 < changed.histogram()[255] / (900 * 900) < 0.4

    stranger = PersonFactory(community=here.community, account=True)
    other = client_for(resident_scope(stranger.account))
    assert other.get(reverse("servicehall:my-paper", args=[paper.pk])).status_code == 404
    assert phone.post(reverse("servicehall:my-paper-drop", args=[paper.pk])).status_code == 302
    with pytest.raises(storage.FileMissing):
        storage.read(paper.stored_as)
    assert storage.read(copy.stored_as)


def test_an_expired_paper_is_refused_with_the_day_and_a_photo_of_a_document_is_marked(client_for):
    here = hall(ALLOWANCE)
    today = timezone.localdate(here.now)
    paper = actions.keep_paper(
        check_upload(sheet(), "a.jpg"),
        kind="id_card",
        expires_on=today,
        by=here.resident,
        now=here.now,
    )
    KeptPaper.objects.update(expires_on=today - timedelta(days=1))
    phone = client_for(here.resident)
    draft = start(phone)
    answer = phone.post(
        reverse("servicehall:draft-choose", args=[draft.pk, "id_photo"]), {"paper": paper.pk}
    )
    assert answer.status_code == 422
    assert "过期" in answer.content.decode()
    attach = reverse("servicehall:draft-attach", args=[draft.pk, "id_photo"])
    photo = SimpleUploadedFile("a.jpg", sheet(), "image/jpeg")
    assert phone.post(attach, {"id_photo": photo}).status_code == 200
    assert (
        storage.read(Upload.objects.get(draft=draft).stored_as)
        != check_upload(sheet(), "a.jpg").content
    )
