"""一件事: several items on one form, one case for each, all of them or none."""

import random
import uuid
from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common import storage
from common.errors import Invalid, NotAllowed
from community.governance.enums import Role
from dashboards.demo.answers import answers_for
from residents.rights.models import Guardianship
from servicehall.cases import actions
from servicehall.cases.actions.families import drafts_of
from servicehall.cases.bundles import joint, joint_pages
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Case, CaseFamily, Draft, Upload
from servicehall.cases.steps import laid_out
from servicehall.catalogue.actions.loading import DATA
from servicehall.catalogue.enums import Channel, VersionState
from servicehall.catalogue.models import Bundle, ItemVersion
from tests.factories.governance import StationFactory, staff
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import JOBLESS, file_case, hall, item_version
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


def begun(here, by=None):
    return actions.start_family(
        Bundle.objects.get(code=BUNDLE),
        ITEMS,
        applicant=here.applicant,
        by=by or here.resident,
        now=here.now,
    )


def filled(here, family, by=None):
    by = by or here.resident
    answers = {}
    for one in joint([draft.version for draft in drafts_of(family, by=by)]):
        number, key = one.owners[0]
        version = item_version(ITEMS[number])
        given = answers_for(
            version, here.applicant, rng=random.Random(1), today=timezone.localdate(here.now)
        )
        if key in given:
            answers[one.key] = given[key]
    actions.save_family(family, answers, by=by, now=here.now)


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
    own, theirs = begun(here, here.clerk), begun(here)
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


# --- at the counter -------------------------------------------------------------------------------
def test_a_clerk_files_the_form_for_the_person_at_the_counter(here, client_for):
    desk = client_for(here.clerk)
    choose = reverse("servicehall:bundle-for", args=[here.applicant.pk, BUNDLE])
    file = reverse("servicehall:for-person", args=[here.applicant.pk])
    listed = reverse("servicehall:bundles-for", args=[here.applicant.pk])
    assert listed in desk.get(file).content.decode()
    assert choose in desk.get(listed).content.decode()
    assert choose in desk.get(file, {"q": "残疾人"}).content.decode()
    assert choose not in desk.get(file, {"q": "失业登记"}).content.decode()
    assert desk.post(choose).status_code == 422

    assert desk.post(choose, {"items": ITEMS}).status_code == 302
    family = CaseFamily.objects.get()
    assert family.owner_id == here.clerk.user_id
    first = desk.get(reverse("servicehall:family", args=[family.pk]), follow=True)
    text = first.content.decode()
    assert here.applicant.full_name in text  # known, not typed again
    assert 'data-face="counter"' in text
    save = reverse("servicehall:family-autosave", args=[family.pk, "known"])
    assert desk.post(save, {"contact_phone": "13800005678"}).status_code == 200
    assert begun(here, here.clerk) == family
    for url in (file, reverse("servicehall:desk")):
        (left,) = desk.get(url).context["drafts"]
        assert (left.label, left.is_joint) == (family.version.label, True)
        assert desk.get(left.url)["Location"] == reverse("servicehall:family", args=[family.pk])

    filled(here, family, here.clerk)
    check = reverse("servicehall:family-page", args=[family.pk, "check"])
    assert desk.get(check).status_code == 200
    answer = desk.post(check)
    page = reverse("servicehall:family", args=[family.pk])
    assert answer["Location"] == page, answer.content.decode()
    cases = list(Case.objects.order_by("version__item_id"))
    assert {(case.channel, case.filed_by_id) for case in cases} == {
        (Channel.COUNTER, here.clerk.user_id)
    }
    assert {case.contact_phone for case in cases} == {"13800005678"}

    # The papers that lie on the desk are ticked once; each case has its own receipt, all in one go.
    listed = desk.get(page)
    assert all(row["checklist"] for row in listed.context["rows"])
    ticked = {f"{cases[0].pk}-m": ["bank_card"], "paper": "80"}
    slip = desk.get(reverse("servicehall:family-slip", args=[family.pk]), ticked)
    sheets = slip.context["sheets"]
    assert [sheet["case"] for sheet in sheets] == cases
    assert [paper.code for paper in sheets[0]["handed_in"]] == ["bank_card"]
    assert all(case.query_code in slip.content.decode() for case in cases)
    assert AuditEntry.objects.filter(action="case.viewed", detail__page="slip").count() == 2

    # Both are accepted in one act, and each leads to the form.
    chosen = {"act": "accept", "case": [str(pk) for pk in listed.context["waiting"]]}
    batch = desk.post(reverse("servicehall:batch-start"), chosen)
    desk.post(batch["Location"] + "go/")
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.ACCEPTED}
    more = everybody_beside(desk, cases)
    assert all(page in text for text in more)
    assert desk.get(page).context["waiting"] == []


def everybody_beside(desk, cases):
    return [
        everything_beside(desk, reverse("servicehall:case-more", args=[case.pk])) for case in cases
    ]


def test_the_form_of_a_stranger_is_nobodys_business(here, client_for):
    family = begun(here, here.clerk)
    filled(here, family, here.clerk)
    page = reverse("servicehall:family", args=[family.pk])
    colleague = client_for(staff(Role.WINDOW_CLERK, here.station))
    assert colleague.get(page).status_code == 404  # not filed yet: his who types it
    actions.submit_family(family.pk, by=here.clerk, now=here.now, channel=Channel.COUNTER)
    assert colleague.get(page).status_code == 200
    far = staff(Role.WINDOW_CLERK, StationFactory())
    assert client_for(far).get(page).status_code == 404
    assert client_for(here.resident).get(page).status_code == 200


def test_the_form_is_begun_by_who_may_accept_and_takes_along_what_was_begun(here, client_for):
    with pytest.raises(NotAllowed):
        begun(here, staff(Role.SYSTEM_ADMIN))
    actions.start_draft(
        item_version(ITEMS[0]), applicant=here.applicant, by=here.clerk, now=here.now
    )
    family = begun(here, here.clerk)
    assert Draft.objects.filter(family=family).count() == 2  # the one begun before among them
    draft = drafts_of(family, by=here.clerk)[0]
    alone = client_for(here.clerk).get(reverse("servicehall:draft", args=[draft.pk]))
    assert alone["Location"] == reverse("servicehall:family", args=[family.pk])


def test_a_resident_fills_the_form_for_his_ward(here, client_for):
    ward = PersonFactory(community=here.applicant.community, phone="13800001111")
    Guardianship.objects.create(
        guardian=here.applicant,
        ward=ward,
        kind="parent",
        document="出生证",
        from_on=timezone.localdate(here.now),
        recorded_by="窗口",
        recorded_at=here.now,
    )
    phone = client_for(here.resident)
    url = reverse("servicehall:bundle", args=[BUNDLE])
    here.filed()  # at a counter or online: of each the page says whose is under way
    file_case(item_version(ITEMS[1]), ward, by=here.clerk, now=here.now)
    giver = PersonFactory(community=here.community)
    file_case(item_version(ITEMS[0]), giver, by=here.clerk, now=here.now)
    until = timezone.localdate(here.now) + timedelta(days=30)
    actions.record_mandate(
        giver.pk,
        here.applicant.pk,
        how="paper",
        document="委托书",
        items=[ITEMS[1]],
        until=until,
        by=here.clerk,
        now=here.now,
    )
    page = phone.get(url)
    rows = {row["version"].item_id: row["open_for"] for row in page.context["rows"]}
    assert rows == {ITEMS[0]: [here.applicant], ITEMS[1]: [ward]}, "the mandate is for the other"
    assert f"{ward.full_name}已有一件在办" in page.content.decode()
    assert phone.post(url, {"items": ITEMS, "person": str(ward.pk)}).status_code == 302
    assert CaseFamily.objects.get().applicant == ward


# --- bound to a version -----------------------------------------------------------------------------
def republished(here, name):
    """The next version of the form, in force from today, with the items the other way round."""
    today = timezone.localdate(here.now)
    old = Bundle.objects.get(code=BUNDLE, state=VersionState.PUBLISHED)
    old.valid_to = today
    old.save()
    return Bundle.objects.create(
        code=BUNDLE, number=old.number + 1, state=VersionState.PUBLISHED, valid_from=today,
        name={"zh": name, "en": name}, short=old.short, items=old.items[::-1], basis=old.basis,
    )  # fmt: skip


def test_a_form_is_called_as_when_it_was_begun(here, client_for):
    family = begun(here)
    order = [draft.version.item_id for draft in drafts_of(family, by=here.resident)]
    name, new = family.version.label, republished(here, "残疾人新表")
    phone = client_for(here.resident)
    listed = phone.get(reverse("servicehall:bundles")).context
    assert [family.version.label for family in listed["families"]] == [name]
    page = phone.get(reverse("servicehall:family-page", args=[family.pk, "known"]))
    assert page.context["filing"].label == name
    again = CaseFamily.objects.select_related("version").get()
    assert [draft.version.item_id for draft in drafts_of(again, by=here.resident)] == order

    # Whoever chooses his items anew does so on the form that is offered now.
    actions.start_family(new, ITEMS, applicant=here.applicant, by=here.resident, now=here.now)
    again = CaseFamily.objects.select_related("version").get()
    assert again.version.label == "残疾人新表"
    assert [draft.version.item_id for draft in drafts_of(again, by=here.resident)] == order[::-1]


# --- one list of questions ----------------------------------------------------------------------------
def version_of(*questions):
    content = {"pages": [{"key": "own", "title": {"zh": "页"}}], "fields": list(questions)}
    return ItemVersion(name={"zh": "事项"}, content=content)


def question(key, label="问", *, required=True, rule=None, kind="yesno"):
    return {
        "key": key, "label": {"zh": label}, "type": kind, "page": "own",
        "required": required, "condition": rule,
    }  # fmt: skip


def test_what_is_asked_in_another_case_is_asked_for_itself():
    said = {"field": "told", "op": "=", "value": "yes"}
    one = version_of(question("told"), question("why", rule=said), question("same", required=False))
    two = version_of(
        question("told", "别的问题"), question("why", rule=said), question("same", required=True)
    )
    asked = joint([one, two])
    assert [(each.key, each.owners) for each in asked] == [
        ("told", ((0, "told"),)),
        ("why", ((0, "why"),)),
        ("same", ((0, "same"), (1, "same"))),
        ("told-1", ((1, "told"),)),
        ("why-1", ((1, "why"),)),
    ]
    assert asked[2].question["required"]
    # The second item's question follows the second item's answer, in the browser too.
    assert asked[4].question["condition"] == {**said, "field": "told-1"}
    pages = joint_pages([one, two])
    steps = laid_out(pages, [each.question for each in asked], {"told-1": "yes"})
    assert [(step.key, [q["key"] for q in step.questions]) for step in steps[1:-1]] == [
        ("0-own", ["told", "same"]),
        ("1-own", ["told-1", "why-1"]),
    ]


def test_an_item_that_changed_says_so_before_anybody_goes_on(here, client_for):
    family = begun(here)
    draft = drafts_of(family, by=here.resident)[1]
    old = draft.version
    today = timezone.localdate(here.now)
    old.valid_to = today
    old.save()
    new = ItemVersion.objects.get(pk=old.pk)
    new.pk, new.number = uuid.uuid4(), old.number + 1
    new.valid_from, new.valid_to = today, None
    new.save(force_insert=True)
    phone = client_for(here.resident)
    page = phone.get(reverse("servicehall:family-page", args=[family.pk, "known"]))
    moved = reverse("servicehall:draft-moved", args=[draft.pk])
    assert page["Location"] == moved
    assert phone.get(moved).status_code == 200
    back = phone.post(moved, follow=True)
    assert back.status_code == 200
    assert back.context["filing"].family == family
    assert drafts_of(family, by=here.resident)[1].version == new
