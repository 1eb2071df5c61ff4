"""Members of a household: asked, answered in the own account, taken back; guardians from documents."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from notifications.models import Message
from residents.base.actions.life import register_death
from residents.base.models import Person
from residents.rights import actions
from residents.rights.enums import FamilyAction, FamilyState, GuardianKind
from residents.rights.models import Correction, FamilyConsent, Guardianship
from residents.rights.relatives import acted_for_by, likely_guardians, seen_by
from residents.rights.transitions import FAMILY
from tests.factories.data import load_rights
from tests.factories.governance import StationFactory, resident_scope, staff
from tests.factories.residents import PersonFactory, household, years_ago
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded():
    load_rights()


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def clerk(station):
    return staff(Role.WINDOW_CLERK, station)


@pytest.fixture
def mother(station):
    return PersonFactory(full_name="李秀英", community=station.place, account=True)


@pytest.fixture
def son(station):
    return PersonFactory(full_name="张伟民", community=station.place, account=True)


@pytest.fixture
def child(station):
    return PersonFactory(full_name="张小明", birth_on=years_ago(9), community=station.place)


@pytest.fixture(autouse=True)
def home(mother, son):
    return household(mother, son=son)


def ask(member, by, kind="see"):
    return actions.ask_member(member.pk, kind, by=resident_scope(by.account), now=timezone.now())


def change(found, action, by):
    return actions.change_family(
        found.pk, action, by=resident_scope(by.account), now=timezone.now()
    )


def look(member, by):
    return actions.look_at_member(member.pk, by=resident_scope(by.account), now=timezone.now())


def guardian(ward, who, clerk, kind=GuardianKind.PARENT, **more):
    given = {"document": "出生医学证明 A123", "from_on": timezone.localdate(), **more}
    return actions.record_guardian(
        ward.pk, who.pk, kind=kind, by=clerk, now=timezone.now(), **given
    )


# --- consent ------------------------------------------------------------------------------------------
def test_living_together_opens_nothing(mother, son):
    with pytest.raises(Person.DoesNotExist):
        look(mother, son)


@sweeps(actions.look_at_member)
def test_the_member_confirms_in_her_own_account_and_every_look_is_hers_to_see(mother, son):
    found = ask(mother, son)
    assert Message.objects.filter(kind="family.asked", user_id=mother.account_id).exists()
    with pytest.raises(NotAllowed):
        change(found, FamilyAction.GIVE, son)
    change(found, FamilyAction.GIVE, mother)
    look(mother, son)
    page = client_for(mother.account).get("/me/who-looked/").content.decode()
    assert "您的家人（子）" in page
    assert "查看了您的信息" in page
    assert son.full_name not in str(AuditEntry.objects.get(action="family.viewed").__dict__)


def test_to_see_is_not_to_act(mother, son):
    scope, today = resident_scope(son.account), timezone.localdate()
    change(ask(mother, son, "see"), FamilyAction.GIVE, mother)
    assert mother in seen_by(scope, today)
    assert mother not in acted_for_by(scope, today)


@sweeps(actions.ask_member, actions.change_family)
def test_it_ends_by_itself_and_at_once_when_taken_back(mother, son):
    scope, today = resident_scope(son.account), timezone.localdate()
    found = change(ask(mother, son, "act"), FamilyAction.GIVE, mother)
    assert found.until is not None
    assert mother in acted_for_by(scope, found.until)
    assert mother not in acted_for_by(scope, found.until + timedelta(days=1))
    change(found, FamilyAction.END, mother)
    assert mother not in seen_by(scope, today)


ROLES = {"asked": ["mother"], "asker": ["son"], "either": ["mother", "son"]}


@pytest.mark.parametrize("action", FamilyAction)
@pytest.mark.parametrize("state", FamilyState)
def test_each_cell_of_the_table(mother, son, state, action):
    rule = FAMILY[action]
    for name, person in (("mother", mother), ("son", son)):
        found = FamilyConsent.objects.create(
            giver=mother,
            receiver=son,
            kind="see",
            state=state,
            asked_at=timezone.now(),
            answered_at=timezone.now(),
            until=timezone.localdate() + timedelta(days=9),
        )
        if state not in rule.sources:
            with pytest.raises(Conflict):
                change(found, action, person)
        elif name not in ROLES[rule.by]:
            with pytest.raises(NotAllowed):
                change(found, action, person)
        else:
            assert change(found, action, person).state == rule.to
        found.delete()


def test_strangers_children_and_who_has_no_account_cannot_be_asked(
    mother, son, child, home, station
):
    stranger = PersonFactory(community=station.place, account=True)
    with pytest.raises(Person.DoesNotExist):
        ask(stranger, son)
    for person in (child, PersonFactory(community=station.place)):
        home.members.create(person=person, relation="42", from_on=timezone.localdate())
        with pytest.raises(NotAllowed):
            ask(person, son)
    ask(mother, son)
    with pytest.raises(Conflict):
        ask(mother, son)
    outsider = ask(son, mother)
    with pytest.raises(FamilyConsent.DoesNotExist):
        change(outsider, FamilyAction.GIVE, stranger)


def test_who_may_act_asks_for_a_correction_and_both_see_it(mother, son):
    change(ask(mother, son, "act"), FamilyAction.GIVE, mother)
    browser = client_for(son.account)
    url = f"/me/correct/employer/for/{mother.pk}/"
    assert browser.get(url).status_code == 200
    browser.post(url, {"value": "乌海市第一小学", "reason": "退休前的单位"})
    found = Correction.objects.get()
    assert (found.person, found.filed_by) == (mother, son.account_id)
    for person in (mother, son):
        assert (
            "乌海市第一小学" in client_for(person.account).get("/me/corrections/").content.decode()
        )


def test_what_was_allowed_ends_with_a_life(mother, son, home, clerk):
    change(ask(mother, son, "act"), FamilyAction.GIVE, mother)
    now, today, by = timezone.now(), timezone.localdate(), resident_scope(son.account)
    assert mother in acted_for_by(by, today)
    register_death(mother.pk, on=today, successor=son.pk, by=clerk, now=now)
    assert mother not in seen_by(by, today)
    with pytest.raises(Person.DoesNotExist):
        look(mother, son)


def test_the_page_of_the_family_leads_from_asking_to_taking_back(mother, son):
    hers, his = client_for(mother.account), client_for(son.account)
    his.post(f"/me/family/ask/{mother.pk}/", {"kind": "see"})
    found = FamilyConsent.objects.get()
    assert "等您答复" in hers.get("/me/family/").content.decode()
    hers.post(f"/me/family/allowance/{found.pk}/give/")
    assert mother.full_name in his.get(f"/me/family/{mother.pk}/").content.decode()
    assert mother.phone not in his.get(f"/me/family/{mother.pk}/").content.decode()
    hers.post(f"/me/family/allowance/{found.pk}/end/")
    assert his.get(f"/me/family/{mother.pk}/").status_code == 404


# --- guardians ------------------------------------------------------------------------------------------
def test_the_parents_of_the_register_are_proposed_and_nothing_more(mother, son, home, station):
    father = PersonFactory(community=station.place)
    home.members.create(person=father, relation="11", from_on=timezone.localdate())
    assert [row.person for row in likely_guardians(son)] == [mother, father]
    grandchild = PersonFactory(community=station.place, birth_on=years_ago(5))
    home.members.create(person=grandchild, relation="41", from_on=timezone.localdate())
    assert likely_guardians(grandchild) == []
    assert likely_guardians(mother) == []


@sweeps(actions.record_guardian)
def test_a_guardian_sees_and_acts_without_asking_until_the_child_is_grown(child, son, clerk):
    found = guardian(child, son, clerk)
    scope, today = resident_scope(son.account), timezone.localdate()
    assert child in acted_for_by(scope, today)
    assert found.to_on == child.birth_on.replace(year=child.birth_on.year + 18)
    assert child not in acted_for_by(scope, found.to_on + timedelta(days=1))
    entry = AuditEntry.objects.get(action="guardian.recorded")
    assert (entry.person_id, entry.post_id) == (child.pk, clerk.post_id)


def test_without_a_document_or_for_a_grown_up_no_parent_is_recorded(child, mother, son, clerk):
    with pytest.raises(Invalid):
        guardian(child, son, clerk, document=" ")
    with pytest.raises(Invalid):
        guardian(mother, son, clerk)
    guardian(mother, son, clerk, kind=GuardianKind.DESIGNATED, document="判决书〔2026〕3号")
    with pytest.raises(Invalid):
        guardian(son, child, clerk, kind=GuardianKind.RELATIVE)
    guardian(child, son, clerk)
    with pytest.raises(Conflict):
        guardian(child, son, clerk)


def test_only_a_counter_of_the_place_records_and_never_the_guardian_himself(child, son, clerk):
    with pytest.raises(Person.DoesNotExist):
        guardian(child, son, staff(Role.WINDOW_CLERK, StationFactory()))
    son.staff_account_id = clerk.user_id
    son.save()
    with pytest.raises(NotAllowed):
        guardian(child, son, clerk)


def test_a_guardian_from_a_later_day_is_recorded_once_and_can_be_ended(station, son, clerk):
    ward = PersonFactory(community=station.place, birth_on=years_ago(70))
    later = {"kind": GuardianKind.DESIGNATED, "from_on": timezone.localdate() + timedelta(days=5)}
    found = guardian(ward, son, clerk, **later)
    with pytest.raises(Conflict):
        guardian(ward, son, clerk, **later)
    actions.end_guardian(found.pk, by=clerk, now=timezone.now())
    assert not Guardianship.objects.exists()


@sweeps(actions.end_guardian)
def test_at_the_counter_with_the_file_open(child, son, clerk, home):
    from residents.base.actions import open_file

    browser = client_for(clerk)
    url = f"/persons/{child.pk}/guardians/"
    assert browser.get(url).headers["Location"] == f"/persons/{child.pk}/"
    open_file(child.pk, purpose="at_counter", by=clerk, now=timezone.now())
    assert browser.get(url).status_code == 200
    sent = {
        "number": son.id_number,
        "kind": "parent",
        "document": "户口簿",
        "from_on": str(timezone.localdate() - timedelta(days=3)),
    }
    assert browser.post(url, {**sent, "number": "1"}).status_code == 422
    assert browser.post(url, sent).headers["Location"] == url
    found = Guardianship.objects.get()
    assert found.guardian == son
    assert found.recorded_by == clerk.post_label
    browser.post(f"{url}{found.pk}/end/")
    assert child not in acted_for_by(resident_scope(son.account), timezone.localdate())
    papers = f"/persons/{child.pk}/consents/"
    assert browser.get(papers).status_code == 200
    assert browser.post(papers, {"act": "give", "code": "survey"}).headers["Location"] == papers
