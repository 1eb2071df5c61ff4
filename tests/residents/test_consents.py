"""For what data are used: statutory, refusable, by consent; a withdrawal counts at once."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Invalid, NotAllowed
from community.governance.enums import Role
from residents.base.attributes import ATTRIBUTES
from residents.base.models import Person
from residents.rights import actions, consents
from residents.rights.enums import Basis, ConsentHow
from residents.rights.models import Consent, Guardianship, ProcessingPurpose
from residents.rights.views.consents import lines
from tests.factories.data import load_rights
from tests.factories.governance import StationFactory, resident_scope, staff
from tests.factories.residents import PersonFactory
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded():
    load_rights()


@pytest.fixture
def me():
    return PersonFactory(account=True)


def allows(person, code, day=None):
    return consents.allows(person.pk, code, day or timezone.localdate())


def give(person, code, by=None, **more):
    by = by or resident_scope(person.account)
    return actions.give_consent(person.pk, code, by=by, now=timezone.now(), **more)


def withdraw(person, code, by=None):
    by = by or resident_scope(person.account)
    actions.withdraw_consent(person.pk, code, by=by, now=timezone.now())


def test_the_file_of_purposes_is_whole():
    for purpose in ProcessingPurpose.objects.all():
        assert set(purpose.attributes) <= set(ATTRIBUTES)
        assert purpose.label
        assert purpose.said
        assert purpose.law
        assert bool(purpose.after) == purpose.is_choice
        for text in (purpose.name, purpose.text, purpose.legal, *purpose.bodies):
            assert set(text) == {"zh", "en"}


def test_loading_twice_changes_nothing():
    before = list(ProcessingPurpose.objects.order_by("code").values())
    load_rights()
    assert list(ProcessingPurpose.objects.order_by("code").values()) == before


def test_a_duty_needs_no_consent_and_takes_no_refusal(me):
    assert allows(me, "services")
    with pytest.raises(NotAllowed):
        withdraw(me, "services")
    with pytest.raises(NotAllowed):
        give(me, "services")


@sweeps(actions.withdraw_consent)
def test_without_a_consent_nothing_is_done_and_a_withdrawal_stops_it_at_once(me):
    assert not allows(me, "survey")
    given = give(me, "survey")
    assert (given.how, given.given_by) == (ConsentHow.ONLINE, me.account_id)
    assert allows(me, "survey")
    withdraw(me, "survey")
    assert not allows(me, "survey")
    assert [e.action for e in AuditEntry.objects.filter(person_id=me.pk).order_by("id")] == [
        "consent.given",
        "consent.withdrawn",
    ]


def test_what_may_be_refused_is_allowed_until_somebody_refuses(me):
    assert allows(me, "proactive")
    withdraw(me, "proactive")
    assert not allows(me, "proactive")
    assert allows(PersonFactory(), "proactive")
    give(me, "proactive")
    assert allows(me, "proactive")
    withdraw(me, "proactive")
    assert not allows(me, "proactive")


def test_a_consent_ends_by_itself(me):
    given = give(me, "survey")
    assert given.expires_on is not None
    assert allows(me, "survey", given.expires_on)
    assert not allows(me, "survey", given.expires_on + timedelta(days=1))


def test_saying_yes_twice_is_one_yes(me):
    assert give(me, "survey") == give(me, "survey")


def test_a_new_version_asks_anew_and_an_old_refusal_stays(me):
    give(me, "survey")
    withdraw(me, "proactive")
    today = timezone.localdate()
    for code in ("survey", "proactive"):
        old = ProcessingPurpose.objects.get(code=code)
        old.valid_to = today
        old.save()
        ProcessingPurpose.objects.create(
            **{
                **{f.attname: getattr(old, f.attname) for f in old._meta.fields if f.name != "id"},
                "version": 2,
                "valid_from": today,
                "valid_to": None,
            }
        )
    assert not allows(me, "survey")
    assert not allows(me, "proactive")


def test_sensitive_data_need_a_consent_of_their_own(me):
    with pytest.raises(Invalid):
        give(me, "care")
    give(me, "care", is_separate=True)
    assert allows(me, "care")


def test_for_a_child_the_guardian_says_yes():
    child = PersonFactory(birth_on=timezone.localdate() - timedelta(days=4000), account=True)
    parent = PersonFactory(account=True, community=child.community)
    with pytest.raises(NotAllowed) as refusal:
        give(child, "survey")
    assert refusal.value.code == "guardian_needed"
    with pytest.raises(Person.DoesNotExist):
        give(child, "survey", by=resident_scope(parent.account))
    Guardianship.objects.create(
        guardian=parent,
        ward=child,
        kind="parent",
        document="户口簿",
        from_on=date(2020, 1, 1),
        recorded_by="窗口",
        recorded_at=timezone.now(),
    )
    assert give(child, "survey", by=resident_scope(parent.account)).how == ConsentHow.GUARDIAN
    assert allows(child, "survey")


def test_on_paper_at_the_counter_of_the_place_and_at_no_other(me):
    clerk = staff(Role.WINDOW_CLERK, StationFactory(place=me.community))
    assert give(me, "survey", by=clerk).how == ConsentHow.PAPER
    elsewhere = staff(Role.WINDOW_CLERK, StationFactory())
    with pytest.raises(Person.DoesNotExist):
        withdraw(me, "survey", by=elsewhere)


def test_what_nobody_declared_is_not_done(me):
    with pytest.raises(NotAllowed):
        allows(me, "marketing")


def test_the_page_says_what_the_rule_says(me):
    """Two ways to the same answer: SQL where data are used, rows at hand where they are shown."""
    today = timezone.localdate()

    def agrees():
        rows = lines(ProcessingPurpose.objects.public(today), Consent.objects.of(me.pk), today)
        for line in rows:
            assert line.is_allowed == allows(me, line.purpose.code), line.purpose.code

    agrees()
    give(me, "survey")
    withdraw(me, "proactive")
    agrees()
    withdraw(me, "survey")
    give(me, "proactive")
    agrees()
    Consent.objects.filter(given_at__isnull=False, withdrawn_at=None).update(
        expires_on=today - timedelta(days=1)
    )
    agrees()


def test_the_consequences_are_read_before_the_no_is_said(me):
    browser = client_for(me.account)
    page = browser.get("/me/purposes/proactive/").content.decode()
    assert "办事不受影响" in page
    assert (
        browser.post("/me/purposes/proactive/", {"act": "withdraw"}).headers["Location"]
        == "/me/purposes/"
    )
    assert not allows(me, "proactive")
    sensitive = browser.post("/me/purposes/care/", {"act": "give"})
    assert sensitive.status_code == 422
    browser.post("/me/purposes/care/", {"act": "give", "is_separate": "on"})
    assert allows(me, "care")
    assert browser.post("/me/purposes/services/", {"act": "withdraw"}).status_code == 404


def test_every_basis_is_used():
    assert set(ProcessingPurpose.objects.values_list("basis", flat=True)) == set(Basis.values)
