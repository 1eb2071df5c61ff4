"""What a browser does on the pages of a filing, for several test modules."""

import io
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from servicehall.cases.models import Case, Draft
from tests.factories.servicehall import ALLOWANCE


def photo(name: str = "证件.jpg", colour: str = "white") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


# Every page of 高龄津贴 with what is typed on it.
ALLOWANCE_PAGES: list[tuple[str, dict[str, Any]]] = [
    ("known", {"contact_phone__known": "on", "contact_phone": ""}),
    ("photo", {}),
    ("paper", {}),
    ("bank", {"bank_account": "6222020602000000128", "bank_holder": "yes"}),
    ("money", {"other_allowance": "no"}),
    ("home", {"living": "alone"}),
    ("who", {"contact__name": "李明", "contact__phone": "138 0000 5678"}),
    ("agree", {"declaration": "yes"}),
]
FILES = {"photo": "photo", "paper": "id_photo"}


def start(browser: Client, code: str = ALLOWANCE) -> Draft:
    answer = browser.post(reverse("servicehall:start", args=[code]))
    assert answer.status_code == 302, answer.content.decode()[:500]
    return Draft.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2])


def page_url(draft: Draft, key: str) -> str:
    return reverse("servicehall:draft-page", args=[draft.pk, key])


def fill(browser: Client, draft: Draft, *, upto: str = "") -> None:
    """Answer the pages in order, up to and including `upto`; each leads to the next."""
    for key, given in ALLOWANCE_PAGES:
        data = dict(given)
        if key in FILES:
            data[FILES[key]] = photo()
        answer = browser.post(page_url(draft, key), data)
        assert answer.status_code == 302, f"{key}: {errors_in(answer)}"
        if key == upto:
            return


def submit(browser: Client, draft: Draft) -> Case:
    answer = browser.post(reverse("servicehall:draft-check", args=[draft.pk]))
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.get(draft_id=draft.pk)


def errors_in(answer: Any) -> list[str]:
    """What a page complains about, for a failing test to say."""
    return re.findall(r'<li><a href="#[^"]*">([^<]*)', answer.content.decode())
