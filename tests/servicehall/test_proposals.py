"""政策找人: found by the rule, told once, answered by the person; never decided by the machine."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, NotAllowed
from notifications.models import Message
from residents.base.enums import OccupancyKind, PersonState, Relation
from residents.base.models import HouseholdMember, Occupancy, Person
from residents.rights.actions import give_consent, withdraw_consent
from servicehall.aftercare.enums import BenefitState
from servicehall.aftercare.models import Benefit
from servicehall.cases import actions
from servicehall.cases.enums import ProposalState
from servicehall.cases.models import Draft, Proposal
from tests.factories.governance import resident_scope
from tests.factories.residents import ENROLLED, DwellingFactory, PersonFactory, household
from tests.factories.servicehall import ALLOWANCE, CHILDCARE, file_case, hall, item_version
from tests.signing_in import open_session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    place = hall(ALLOWANCE)
    place.applicant.birth_on = date(1990, 1, 1)  # too young to be found
    place.applicant.save()
    return place


@pytest.fixture
def here(town, db):
    return deepcopy(town)


@pytest.fixture
def elder(here):
    return registered(PersonFactory(elder=True, community=here.community, account=True))


def registered(person):
    Occupancy.objects.create(
        person=person,
        community=person.community,
        dwelling=DwellingFactory(),
        kind=OccupancyKind.REGISTERED,
        from_on=ENROLLED,
    )
    return person


def propose(**given):
    return actions.propose(now=timezone.now(), **given)


def test_who_is_entitled_is_found_once_with_what_is_known(here, elder):
    unclear = PersonFactory(birth_on=date(1940, 1, 1), id_number="", community=here.community)
    PersonFactory(birth_on=date(1990, 1, 1), id_number="", community=here.community)
    PersonFactory(elder=True, state=PersonState.DECEASED, community=here.community)
    assert propose().found == 2
    assert dict(Proposal.objects.values_list("person_id", "is_certain")) == {
        elder.pk: True,
        unclear.pk: False,
    }
    assert propose().found == 0


def test_who_has_it_or_has_asked_is_not_found(here, elder):
    case = file_case(here.version, elder, by=resident_scope(elder.account))
    assert propose().found == 0
    type(case).objects.filter(pk=case.pk).update(
        state="completed", outcome="granted", closed_at=timezone.now()
    )
    assert propose().found == 0
    today = timezone.localdate()
    Benefit.objects.create(
        person=elder, case=case, version=case.version, kind="old_age", decider=here.department,
        state=BenefitState.STOPPED, period="monthly", from_on=today, to_on=today,
    )  # fmt: skip
    assert propose().found == 1, "who has it no more is found again"


def test_filing_answers_the_proposal(here, elder):
    propose()
    file_case(here.version, elder, by=resident_scope(elder.account))
    assert Proposal.objects.get().state == ProposalState.APPLIED


def test_who_fits_no_longer_is_let_go_and_comes_back_untold_or_told_as_before(here, elder):
    propose()
    actions.tell(ALLOWANCE, by=here.director, now=timezone.now())
    tie = Occupancy.objects.get(person=elder)
    tie.delete()
    type(elder).objects.filter(pk=elder.pk).update(birth_on=date(2000, 1, 1))
    assert propose().lapsed == 1
    type(elder).objects.filter(pk=elder.pk).update(birth_on=date(1940, 1, 1))
    propose()
    row = Proposal.objects.get()
    assert (row.state, row.is_certain) == (ProposalState.TOLD, False)


def test_a_changed_rule_is_taken_up_and_an_unchanged_one_is_not_run(here, elder):
    propose()
    assert propose(only_changed=True).items == []
    version = item_version(ALLOWANCE)
    version.content["eligibility"]["rule"]["all"][0]["value"] = 120
    version.save(update_fields=["content"])
    done = propose(only_changed=True)
    assert (done.items, done.lapsed) == ([ALLOWANCE], 1)


def test_a_withdrawn_rule_takes_its_proposals_along(here, elder):
    propose()
    version = item_version(ALLOWANCE)
    del version.content["eligibility"]
    version.save(update_fields=["content"])
    assert propose(only_changed=True).lapsed == 1


def test_everybody_is_told_once_and_without_the_name_of_the_benefit_on_the_telephone(here, elder):
    neighbour = PersonFactory(elder=True, community=here.community)
    propose()
    now = timezone.now()
    Person.objects.filter(pk=neighbour.pk).update(state=PersonState.DECEASED)  # found tonight
    assert actions.tell(ALLOWANCE, by=here.director, now=now) == 1
    assert actions.tell(ALLOWANCE, by=here.director, now=now) == 0
    told = Message.objects.filter(kind="proposal.found", person_id=elder.pk)
    assert told.count() == 2
    from notifications import delivery

    delivery.drain()
    assert "高龄津贴" not in told.get(channel="sms").text
    assert "高龄津贴" in told.get(channel="in_site").text
    assert AuditEntry.objects.filter(action="proposal.told", person_id=elder.pk).count() == 1


def test_the_unclear_are_not_told_by_the_machine(here):
    PersonFactory(birth_on=date(1940, 1, 1), id_number="", community=here.community)
    propose()
    assert actions.tell(ALLOWANCE, by=here.director, now=timezone.now()) == 0


def test_who_says_no_is_not_asked_again(here, elder):
    propose()
    row = Proposal.objects.get()
    own = resident_scope(elder.account)
    with pytest.raises(NotAllowed):
        actions.decline_proposal(row.pk, by=here.director, now=timezone.now())
    actions.decline_proposal(row.pk, by=own, now=timezone.now())
    with pytest.raises(Conflict):
        actions.decline_proposal(row.pk, by=own, now=timezone.now())
    propose()
    row.refresh_from_db()
    assert row.state == ProposalState.DECLINED


def test_a_no_stands_until_a_fact_that_matters_changes(here):
    elder = PersonFactory(
        birth_on=date(1940, 1, 1), id_number="", community=here.community, account=True
    )
    propose()
    own = resident_scope(elder.account)
    actions.decline_proposal(Proposal.objects.get().pk, by=own, now=timezone.now())
    for later in (1, 400):  # a year older is no other fact: he was old enough then
        assert actions.propose(now=timezone.now() + timedelta(days=later)).found == 0
    registered(elder)
    assert propose().found == 1
    row = Proposal.objects.get()
    assert (row.state, row.is_certain, row.told_at) == (ProposalState.FOUND, True, None)
    assert actions.tell(ALLOWANCE, by=here.director, now=timezone.now()) == 1
    assert actions.tell(ALLOWANCE, by=here.director, now=timezone.now()) == 0
    actions.decline_proposal(row.pk, by=own, now=timezone.now())
    version = item_version(ALLOWANCE)
    version.content["eligibility"]["rule"]["all"][0]["value"] = 82
    version.save(update_fields=["content"])
    assert propose(only_changed=True).found == 1, "another rule is another question"


def test_who_was_refused_is_not_sent_again_for_the_same(here, elder):
    propose()
    case = file_case(here.version, elder, by=resident_scope(elder.account))
    row = Proposal.objects.get()
    assert (row.state, bool(row.basis)) == (ProposalState.APPLIED, True)
    type(case).objects.filter(pk=case.pk).update(
        state="completed", outcome="refused", outcome_reason="不符合", closed_at=timezone.now()
    )
    assert propose().found == 0
    Proposal.objects.update(basis={**row.basis, "facts": "other"})
    assert propose().found == 1


def test_each_child_is_one_claim_of_one_parent(here):
    place = replace(here, version=item_version(CHILDCARE))
    mother, father = place.applicant, PersonFactory(community=place.community)
    first = baby(place, 20)
    home = household(mother, husband=father, daughter=first)
    assert propose().found == 2
    case = file_case(place.version, mother, by=place.resident, answers={"child": [str(first.pk)]})
    assert case.about == first
    assert propose().lapsed == 1, "the father need not ask"
    assert not Proposal.objects.waiting().exists()
    HouseholdMember.objects.create(
        household=home, person=baby(place, 1), relation=Relation.SON, from_on=ENROLLED
    )
    propose()
    found = Proposal.objects.waiting().values_list("person_id", flat=True)
    assert set(found) == {mother.pk, father.pk}, "a second child is a second claim"


def baby(place, months):
    born = timezone.localdate() - timedelta(days=31 * months)
    return PersonFactory(birth_on=born, id_number="", community=place.community)


# --- pages ----------------------------------------------------------------------------------------
@pytest.fixture
def at(client, settings):
    def sign_in(scope):
        client.cookies[settings.SESSION_COOKIE_NAME] = open_session(scope)
        return client

    return sign_in


def test_the_resident_reads_why_and_applies_in_one_step(here, elder, at):
    propose()
    browser = at(resident_scope(elder.account))
    assert "有 1 项服务您可能可以申请" in browser.get("/").content.decode()
    page = browser.get(reverse("servicehall:my-proposals")).content.decode()
    assert "年龄：82岁（规定：至少80岁）" in page
    assert "本地户籍：是" in page
    answer = browser.post(reverse("servicehall:proposal-apply", args=[Proposal.objects.get().pk]))
    draft = Draft.objects.get()
    assert answer.url == reverse("servicehall:draft", args=[draft.pk]), (
        "photographs are still asked for"
    )
    assert elder.phone
    assert elder.phone in (draft.answers or "")


def test_the_number_of_the_desk_is_the_length_of_its_list(here, elder, at):
    unclear = PersonFactory(
        birth_on=timezone.localdate() - timedelta(days=33000),
        id_number="",
        community=here.community,
    )
    propose()
    browser = at(here.director)
    (_version, counts), *rest = browser.get(reverse("servicehall:proposals")).context["rows"]
    assert (counts, rest) == ({"found": 1, "told": 0, "unclear": 1}, [])
    url = reverse("servicehall:proposals-of", args=[ALLOWANCE])
    for show, person in (("found", elder), ("unclear", unclear)):
        lines = browser.get(url, {"show": show}).context["lines"]
        assert [line.proposal.person_id for line in lines] == [person.pk]
    page = browser.get(url).content.decode()
    assert elder.full_name not in page
    assert "还缺：本地户籍" in page
    browser.post(reverse("servicehall:proposals-tell", args=[ALLOWANCE]))
    assert browser.get(url, {"show": "told"}).context["lines"]


def test_a_list_of_reasons_costs_the_same_for_twice_the_people(here, at, count_queries):
    def page(n):
        for _ in range(n):
            registered(
                PersonFactory(birth_on=date(1940, 1, 1), id_number="", community=here.community)
            )
        propose()
        browser = at(here.director)
        return count_queries(
            lambda: browser.get(reverse("servicehall:proposals-of", args=[ALLOWANCE]))
        )

    assert page(2) == page(12) <= 10


def test_who_has_refused_to_be_told_is_left_alone_and_still_sees_it_on_his_own_pages(here, elder):
    propose()
    withdraw_consent(elder.pk, "proactive", by=resident_scope(elder.account), now=timezone.now())
    assert actions.tell(ALLOWANCE, by=here.director, now=timezone.now()) == 0
    assert not Message.objects.filter(kind="proposal.found").exists()
    assert Proposal.objects.visible_to(resident_scope(elder.account)).waiting().count() == 1
    give_consent(elder.pk, "proactive", by=resident_scope(elder.account), now=timezone.now())
    assert actions.tell(ALLOWANCE, by=here.director, now=timezone.now()) == 1
