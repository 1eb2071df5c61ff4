"""Uploaded files: to those who may open the case, as a download, with a trail when staff look."""

from copy import deepcopy

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from common import storage
from common.crypto import DecryptionFailed
from servicehall.cases.actions.files import open_file
from servicehall.cases.models import Upload
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import ALLOWANCE, hall
from tests.servicehall.filing_steps import fill, page_url, photo, start, submit
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads_of_this_test(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return hall(ALLOWANCE)


@pytest.fixture
def here(town, db):
    return deepcopy(town)


@pytest.fixture
def phone(here, client_for):
    return client_for(here.resident)


@pytest.fixture
def filed(phone):
    draft = start(phone)
    fill(phone, draft)
    return submit(phone, draft)


def url_of(upload):
    return reverse("servicehall:file", args=[upload.pk])


def test_what_is_stored_can_be_read_again_and_only_under_its_own_name():
    one, two = storage.keep(b"one"), storage.keep(b"two")
    assert (storage.read(one), storage.read(two)) == (b"one", b"two")

    storage._path(one).write_bytes(storage._path(two).read_bytes())

    with pytest.raises(DecryptionFailed):
        storage.read(one)


def test_a_file_that_is_gone_says_so_and_can_be_dropped_twice():
    name = storage.keep(b"one")
    storage.drop(name)
    storage.drop(name)

    with pytest.raises(storage.FileMissing):
        storage.read(name)


def test_a_file_comes_as_an_attachment_that_cannot_act(filed, phone):
    upload = filed.uploads.order_by("id").first()

    answer = phone.get(url_of(upload))

    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@sweeps(open_file)
def test_the_applicants_own_look_leaves_no_trail_and_a_clerks_does(here, filed, phone, client_for):
    upload = filed.uploads.order_by("id").first()

    phone.get(url_of(upload))
    assert not AuditEntry.objects.filter(action="file.open").exists()

    assert client_for(here.clerk).get(url_of(upload)).status_code == 200
    entry = AuditEntry.objects.get(action="file.open")
    assert entry.person_id == here.applicant.pk
    assert entry.user_id == here.clerk.user_id


def test_outside_the_case_a_file_does_not_exist(here, filed, client_for, client):
    upload = filed.uploads.order_by("id").first()
    elsewhere = hall(ALLOWANCE)
    stranger = PersonFactory(account=True)

    assert client_for(elsewhere.clerk).get(url_of(upload)).status_code == 404
    assert client_for(stranger.account).get(url_of(upload)).status_code == 404
    assert client.get(url_of(upload)).status_code == 302
    assert not AuditEntry.objects.filter(action="file.open").exists()


def test_a_file_of_a_draft_is_the_typists_alone(here, phone, client_for):
    draft = start(phone)
    phone.post(page_url(draft, "photo"), {"photo": photo()})
    upload = Upload.objects.get()

    assert phone.get(url_of(upload)).status_code == 200
    assert client_for(here.clerk).get(url_of(upload)).status_code == 404


def test_a_file_whose_bytes_are_lost_is_not_found(filed, phone):
    upload = filed.uploads.order_by("id").first()
    storage.drop(upload.stored_as)

    assert phone.get(url_of(upload)).status_code == 404
