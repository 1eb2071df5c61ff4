"""The guard at the files: so many a day, a proof for many reveals, an alarm at canaries (T3, T4)."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import budget, step_up
from accounts.models import AuditEntry, FileUse, User
from common.errors import Conflict, Invalid, NotAllowed
from common.ids import uuid7
from community.governance.enums import Role
from notifications.models import Message
from residents.base import actions
from residents.base.models import Canary
from servicehall.cases.actions import reveal_in_case
from servicehall.cases.actions.filing import save_draft, start_draft
from tests.factories.governance import (
    CityFactory,
    DistrictFactory,
    GovernmentFactory,
    StationFactory,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import hall
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def station():
    return StationFactory()


@pytest.fixture
def clerk(station):
    return staff(Role.WINDOW_CLERK, station)


@pytest.fixture
def city():
    """The guards of the city, and one of another district, whom this does not concern."""
    government = GovernmentFactory(place=CityFactory())
    staff(Role.SECURITY_ADMIN, GovernmentFactory(place=DistrictFactory()))
    staff(Role.SYSTEM_ADMIN, government)
    return [staff(role, government) for role in (Role.SECURITY_ADMIN, Role.AUDITOR)]


def people(station, number):
    return PersonFactory.create_batch(number, community=station.place)


def file_of(person):
    return reverse("residents:file", args=[person.pk])


def number_page(person, field="phone"):
    return reverse("residents:reveal", args=[person.pk, field])


def look(person, by, **more):
    return actions.open_file(person.pk, purpose="at_counter", by=by, now=timezone.now(), **more)


def show(person, by, field="phone", **more):
    return actions.reveal(person.pk, field, reason="contact", by=by, now=timezone.now(), **more)


def told(kind):
    return sorted(Message.objects.filter(kind=kind).values_list("user_id", flat=True))


def unproven(scope):
    """Signed in, but the factor was given long ago."""
    client = client_for(scope)
    session = client.session
    session[step_up.VERIFIED_AT] = timezone.now().timestamp() - 301
    session.save()
    return client


# --- the budget of files --------------------------------------------------------------------------
def test_beyond_the_budget_no_further_file_opens_and_the_page_says_whom_to_ask(
    clerk, station, figures
):
    figures(files_noticed=2, files_most=3)
    client = client_for(clerk)
    codes = [
        client.post(file_of(p), {"purpose": "at_counter"}).status_code for p in people(station, 5)
    ]
    assert codes == [302, 302, 302, 429, 429]
    assert AuditEntry.objects.filter(action="person.viewed").count() == 3
    page = client.post(file_of(people(station, 1)[0]), {"purpose": "at_counter"}).content.decode()
    assert "站长" in page
    assert "安全管理员" in page


def test_a_file_counts_once_a_day_however_often_it_is_opened(clerk, station, figures):
    figures(files_noticed=1, files_most=2)
    first, second, third = people(station, 3)
    for person in (first, first, second, first, second):
        look(person, clerk)
    with pytest.raises(NotAllowed, match="too_many_files"):
        look(third, clerk)
    assert look(first, clerk) == first


def test_neither_the_full_number_nor_a_reveal_nor_registering_gets_around_the_budget(
    clerk, station, figures
):
    figures(files_noticed=1, files_most=1)
    first, second = people(station, 2)
    look(first, clerk)
    client = client_for(clerk)
    found = client.post(reverse("residents:find"), {"q": second.id_number})
    assert found.status_code == 429
    assert client.get(file_of(second)).context.get("facts") is None
    shown = client.post(number_page(second), {"reason": "contact"}, headers=HTMX)
    assert shown.status_code == 422
    assert second.phone not in shown.content.decode()
    new = {
        "full_name": "新人",
        "birth_on": "1990-05-06",
        "sex": "2",
        "community": station.place.code,
    }
    assert client.post(reverse("residents:register-person"), new).status_code == 429
    assert not AuditEntry.objects.filter(person_id=second.pk).exists()


def test_a_colleague_and_tomorrow_have_budgets_of_their_own(clerk, station, figures):
    figures(files_noticed=1, files_most=1)
    first, second = people(station, 2)
    look(first, clerk)
    look(second, staff(Role.WINDOW_CLERK, station))
    tomorrow = timezone.now() + timedelta(days=1)
    actions.open_file(second.pk, purpose="at_counter", by=clerk, now=tomorrow)
    assert budget.forget(now=tomorrow) == 2
    assert FileUse.objects.count() == 1


def test_a_scrape_of_the_whole_base_stops_at_the_figure_of_the_installation(clerk, station):
    person = people(station, 1)[0]
    day = timezone.localdate()
    FileUse.objects.bulk_create(
        FileUse(user_id=clerk.user_id, day=day, person_id=p) for p in (uuid7() for _n in range(400))
    )
    with pytest.raises(NotAllowed, match="too_many_files"):
        look(person, clerk)


def test_many_files_are_told_to_the_guards_once_a_day_and_to_the_clerk_at_once(
    clerk, station, city, figures
):
    figures(files_noticed=2, files_most=9)
    client = client_for(clerk)
    pages = []
    for person in people(station, 4):
        client.post(file_of(person), {"purpose": "at_counter"})
        pages.append(client.get(file_of(person)).content.decode())
    assert ["档案已经很多" in page for page in pages] == [False, False, True, True]
    assert told("files.many") == sorted(scope.user_id for scope in city)
    text = Message.objects.filter(kind="files.many")[0].text
    account = User.objects.get(pk=clerk.user_id)
    assert account.username in text
    assert clerk.post_label in text


# --- many reveals ---------------------------------------------------------------------------------
def test_after_many_reveals_the_page_asks_for_the_factor_and_comes_back_with_the_reason(
    clerk, station, figures
):
    figures(reveals_unproven=2)
    person = people(station, 1)[0]
    client = unproven(clerk)
    for _n in range(2):
        assert person.phone in client.post(number_page(person), {"reason": "form"}).content.decode()
    asked = client.post(number_page(person), {"reason": "form"}, headers=HTMX)
    verify = asked["HX-Redirect"]
    assert verify.startswith(reverse("accounts:verify"))
    page = client.get(verify)
    assert "查看完整内容的次数已经很多" in page.content.decode()
    back = page.context["form"].initial["next"]
    assert back == number_page(person) + "?reason=form"
    assert client.get(back).context["form"]["reason"].value() == "form"
    assert AuditEntry.objects.filter(action="person.revealed").count() == 2
    session = client.session
    session[step_up.VERIFIED_AT] = timezone.now().timestamp()
    session.save()
    assert person.phone in client.post(back, {"reason": "form"}).content.decode()


def test_twenty_reveals_are_free_and_the_next_needs_the_proof(clerk, station):
    person = people(station, 1)[0]
    for _n in range(20):
        show(person, clerk)
    with pytest.raises(actions.ProofNeeded):
        show(person, clerk)
    assert show(person, clerk, is_proven=True) == person.phone


@sweeps(save_draft, start_draft)
def test_reveals_in_cases_and_in_files_are_one_count(figures):
    figures(reveals_unproven=1)
    place = hall()
    case = place.accepted()
    show(place.applicant, place.clerk)
    ask = partial(
        reveal_in_case, case.pk, "id_number", reason="contact", by=place.clerk, now=timezone.now()
    )
    with pytest.raises(actions.ProofNeeded):
        ask()
    assert ask(is_proven=True)
    url = reverse("servicehall:case-reveal", args=[case.pk, "id_number"])
    asked = unproven(place.clerk).post(url, {"reason": "contact"})
    assert asked["Location"].startswith(reverse("accounts:verify"))
    assert asked["Location"].endswith("reason%3Dcontact")


# --- canaries -------------------------------------------------------------------------------------
def test_every_opening_and_reveal_of_a_canary_is_told_at_once(clerk, station, city):
    canary, other = people(station, 2)
    actions.mark_canary(canary.id_number, reason="演练", by=city[0], now=timezone.now())
    look(other, clerk)
    show(other, clerk)
    assert told("canary.touched") == []
    look(canary, clerk)
    look(canary, clerk)
    show(canary, clerk)
    client_for(staff(Role.WINDOW_CLERK, station)).post(
        reverse("residents:find"), {"q": canary.id_number}
    )
    assert told("canary.touched") == sorted(4 * [scope.user_id for scope in city])
    message = Message.objects.filter(kind="canary.touched").earliest("id")
    assert message.sent_at is not None  # in the boxes with the commit: no worker is waited for
    assert canary.full_name not in message.text
    assert User.objects.get(pk=clerk.user_id).username in message.text


def test_whoever_opens_a_canary_sees_what_he_sees_of_anybody(clerk, station, city):
    canary, other = people(station, 2)
    actions.mark_canary(canary.id_number, reason="演练", by=city[0], now=timezone.now())
    client = client_for(clerk)
    pages = []
    for person in (canary, other):
        client.post(file_of(person), {"purpose": "at_counter"})
        page = client.get(file_of(person))
        pages.append((page.status_code, sorted(page.context_data or {})))
        assert "预警" not in page.content.decode()
    assert pages[0] == pages[1]
    assert AuditEntry.objects.get(action="canary.marked").person_id is None
    assert not Message.objects.filter(user_id=clerk.user_id).exists()


@sweeps(actions.mark_canary, actions.unmark_canary)
def test_only_the_guard_of_the_rights_marks_and_only_in_his_places(clerk, station, city):
    person = people(station, 1)[0]
    now = timezone.now()
    elsewhere = staff(Role.SECURITY_ADMIN, GovernmentFactory(place=DistrictFactory()))
    for scope in (clerk, city[1], elsewhere):
        with pytest.raises(Invalid):
            actions.mark_canary(person.id_number, reason="演练", by=scope, now=now)
    canary = actions.mark_canary(person.id_number, reason="演练", by=city[0], now=now)
    with pytest.raises(Conflict):
        actions.mark_canary(person.id_number, reason="演练", by=city[0], now=now)
    with pytest.raises(Canary.DoesNotExist):
        actions.unmark_canary(canary.pk, reason="结束", by=elsewhere, now=now)
    actions.unmark_canary(canary.pk, reason="结束", by=city[0], now=now)
    assert not Canary.objects.exists()
    entries = AuditEntry.objects.filter(action__startswith="canary").order_by("id")
    assert [(e.action, e.reason) for e in entries] == [
        ("canary.marked", "演练"),
        ("canary.unmarked", "结束"),
    ]
