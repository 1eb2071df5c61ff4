"""一件事: several items on one form, one case for each, all of them or none."""

import random
from copy import deepcopy

import pytest
from django.urls import reverse
from django.utils import timezone

from common import storage
from common.errors import Invalid
from dashboards.demo.answers import answers_for
from servicehall.cases import actions
from servicehall.cases.actions.families import drafts_of
from servicehall.cases.bundles import joint
from servicehall.cases.models import Case, CaseFamily, Draft, Upload
from servicehall.catalogue.actions.loading import DATA
from servicehall.catalogue.models import Bundle
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import JOBLESS, hall, item_version
from tests.servicehall.beside import everything_beside

pytestmark = pytest.mark.django_db
BUNDLE = "disability"
ITEMS = ["W4-02", "W4-03"]  # the two subsidies; no file is asked


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    place = hall(ITEMS[0])
    item_version(ITEMS[1])
    return place


@pytest.fixture
def here(town, db):
    return deepcopy(town)


def begun(here):
    return actions.start_family(
        Bundle.objects.get(code=BUNDLE),
        ITEMS,
        applicant=here.applicant,
        by=here.resident,
        now=here.now,
    )


def filled(here, family):
    answers = {}
    for one in joint([draft.version for draft in drafts_of(family, by=here.resident)]):
        number, key = one.owners[0]
        version = item_version(ITEMS[number])
        given = answers_for(
            version, here.applicant, rng=random.Random(1), today=timezone.localdate(here.now)
        )
        if key in given:
            answers[one.key] = given[key]
    actions.save_family(family, answers, by=here.resident, now=here.now)


def test_bundles_name_items_that_exist_and_files_that_do_not_clash():
    item_version(ITEMS[0])
    assert Bundle.objects.count() == 2
    for bundle in Bundle.objects.order_by("code"):
        assert bundle.basis
        for code in bundle.items:
            assert (DATA / f"items/{code}.yaml").exists(), code
        versions = [item_version(code) for code in bundle.items]
        asked = joint(versions)
        assert len({one.key for one in asked}) == len(asked)
        for one in asked:
            if one.question["type"] == "file":
                assert one.key == one.owners[0][1], one.key


def test_what_both_ask_is_asked_once_and_one_submit_files_both_with_a_clock_each(here, client_for):
    phone = client_for(here.resident)
    answer = phone.post(reverse("servicehall:bundle", args=[BUNDLE]), {"items": ITEMS})
    family = CaseFamily.objects.get()
    assert str(family.pk) in answer["Location"]
    drafts = drafts_of(family, by=here.resident)
    shared = [one for one in joint([d.version for d in drafts]) if len(one.owners) == 2]
    assert "bank_account" in {one.key for one in shared}

    filled(here, family)
    page = reverse("servicehall:family-page", args=[family.pk, "known"])
    answer = phone.post(page, {"contact_phone": "13800005678"})
    assert answer.status_code == 302, answer.content.decode()
    while not answer["Location"].endswith("/check/"):
        assert phone.get(answer["Location"]).status_code == 200
        answer = phone.post(answer["Location"], {"way": "later"})
        break
    check = reverse("servicehall:family-page", args=[family.pk, "check"])
    filled(here, family)
    assert phone.get(check).status_code == 200
    answer = phone.post(check)
    assert answer.status_code == 302, answer.content.decode()
    cases = list(Case.objects.order_by("version__item_id"))
    assert [case.version.item_id for case in cases] == ITEMS
    assert {case.family_id for case in cases} == {family.pk}
    assert len({case.number for case in cases}) == 2
    assert len({case.contact_phone for case in cases}) == 1
    family.refresh_from_db()
    listed = phone.get(reverse("servicehall:family", args=[family.pk])).content.decode()
    assert all(reverse("servicehall:my-case", args=[case.pk]) in listed for case in cases)
    assert family.number in listed

    # The same form twice gives the same cases; each case goes its own way.
    actions.submit_family(family.pk, by=here.resident, now=here.now)
    assert Case.objects.count() == 2
    first = actions.accept(cases[0].pk, by=here.clerk, now=here.now)
    cases[1].refresh_from_db()
    assert (first.accepted_at, cases[1].accepted_at) == (here.now, None)
    more = everything_beside(
        client_for(here.clerk), reverse("servicehall:case-more", args=[first.pk])
    )
    assert cases[1].version.label in more


def test_one_wrong_answer_files_nothing_and_is_named_as_on_the_form(here):
    family = begun(here)
    filled(here, family)
    last = drafts_of(family, by=here.resident)[1]
    actions.save_draft(last.pk, {"care_need": ""}, step="", by=here.resident, now=here.now)
    with pytest.raises(Invalid) as caught:
        actions.submit_family(family.pk, by=here.resident, now=here.now)
    assert set(caught.value.fields) == {"care_need"}
    assert not Case.objects.exists()
    assert not Draft.objects.filter(is_filed=True).exists()


def test_a_form_that_was_begun_is_thrown_away_with_its_drafts_and_files(here, client_for, settings):
    family = begun(here)
    filled(here, family)
    draft = drafts_of(family, by=here.resident)[0]
    stored = storage.keep(b"%PDF-")
    Upload.objects.create(
        draft=draft, field="any", title="x", kind="pdf", size=5, sha256="0" * 64,
        stored_as=stored, uploaded_by_id=here.resident.user_id, uploaded_at=here.now,
    )  # fmt: skip
    other = actions.start_draft(
        item_version(JOBLESS), applicant=here.applicant, by=here.resident, now=here.now
    )
    url = reverse("servicehall:family-discard", args=[family.pk])
    assert client_for(PersonFactory(account=True).account).post(url).status_code == 404
    assert client_for(here.clerk).post(url).status_code == 404
    phone = client_for(here.resident)
    page = phone.get(reverse("servicehall:family-page", args=[family.pk, "known"]))
    assert url in page.content.decode()
    assert phone.post(url)["Location"] == reverse("servicehall:bundles")
    assert not CaseFamily.objects.exists()
    assert list(Draft.objects.all()) == [other]
    assert not (settings.UPLOAD_DIR / stored).exists()


def test_a_clerk_throws_away_the_form_that_he_is_typing_and_no_other(here, client_for):
    own = actions.start_family(
        Bundle.objects.get(code=BUNDLE),
        ITEMS,
        applicant=here.applicant,
        by=here.clerk,
        now=here.now,
    )
    theirs = begun(here)
    desk = client_for(here.clerk)
    assert desk.post(reverse("servicehall:family-discard", args=[theirs.pk])).status_code == 404
    assert desk.post(reverse("servicehall:family-discard", args=[own.pk])).status_code == 302
    assert list(CaseFamily.objects.all()) == [theirs]


def test_what_is_filed_stays_and_a_form_without_drafts_leads_back(here, client_for):
    family = begun(here)
    filled(here, family)
    actions.submit_family(family.pk, by=here.resident, now=here.now)
    phone = client_for(here.resident)
    discard = reverse("servicehall:family-discard", args=[family.pk])
    assert phone.post(discard)["Location"] == reverse("servicehall:family", args=[family.pk])
    assert Case.objects.filter(family=family).count() == 2

    empty = begun(here)
    for draft in drafts_of(empty, by=here.resident):
        actions.discard_draft(draft.pk, by=here.resident)
    page = phone.get(reverse("servicehall:family-page", args=[empty.pk, "known"]))
    assert page["Location"] == reverse("servicehall:bundles")
    listed = phone.get(page["Location"]).content.decode()
    assert str(family.pk) in listed
    assert str(empty.pk) not in listed
