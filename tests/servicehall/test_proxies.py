"""替别人办: a guardian, a member of the family who was allowed, and who holds a mandate."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Invalid, NotAllowed
from notifications.models import Message
from residents.base.enums import PersonState
from residents.rights.models import FamilyConsent, Guardianship
from servicehall.cases import actions
from servicehall.cases.models import Case, Draft, Mandate
from tests.factories.governance import resident_scope
from tests.factories.residents import PersonFactory, years_ago
from tests.factories.servicehall import ALLOWANCE, JOBLESS, file_case, hall, item_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return hall(JOBLESS)


@pytest.fixture
def here(town, db):
    return deepcopy(town)


@pytest.fixture
def helper(here):
    return PersonFactory(community=here.community, account=True, birth_on=years_ago(40))


def refusal(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as caught:
        call(*args, **kwargs)
    return caught.value.code


def given(here, helper, **changes):
    today = timezone.localdate(here.now)
    arguments = {
        "how": "paper",
        "document": "授权委托书 2026-1",
        "until": today + timedelta(days=90),
        "by": here.clerk,
        "now": here.now,
    }
    return actions.record_mandate(here.applicant.pk, helper.pk, **arguments | changes)


def test_a_mandate_lets_the_holder_file_and_follow_until_it_is_revoked(here, helper, client_for):
    by = resident_scope(helper.account)
    assert refusal(here.filed, by=by) == "not_yours"
    mandate = given(here, helper, items=[JOBLESS])
    phone = client_for(by)
    page = phone.get(reverse("servicehall:start-other", args=[JOBLESS])).content.decode()
    assert here.applicant.full_name in page
    answer = phone.post(
        reverse("servicehall:start-other", args=[JOBLESS]), {"person": here.applicant.pk}
    )
    draft = Draft.objects.get(owner_id=by.user_id)
    assert str(draft.pk) in answer["Location"]
    shown = phone.get(reverse("servicehall:draft-page", args=[draft.pk, "known"])).content.decode()
    assert f"为 {here.applicant.full_name} 填写" in shown
    seen = AuditEntry.objects.get(action="case.started_for")
    assert seen.person_id == here.applicant.pk

    case = here.filed(by=by)
    assert (case.applicant_id, case.filed_by_id) == (here.applicant.pk, by.user_id)
    told = Message.objects.get(kind="case.filed_for_you", channel="in_site")
    assert told.user_id == here.resident.user_id
    copies = Message.objects.filter(kind="case.received", channel="in_site")
    assert set(copies.values_list("user_id", flat=True)) == {here.resident.user_id, by.user_id}
    url = reverse("servicehall:my-case", args=[case.pk])
    assert phone.get(url).status_code == 200
    case = actions.finish_at_once(case.pk, by=here.clerk, now=here.now)
    assert refusal(actions.rate, case, level=1, by=by, now=here.now) == "proxy_cannot_rate"
    assert actions.rate(case, level=1, by=here.resident, now=here.now).level == 1

    actions.revoke_mandate(mandate.pk, by=here.resident, now=here.now)
    assert phone.get(url).status_code == 404
    assert refusal(here.filed, by=by) == "not_yours"


def test_a_mandate_names_its_paper_or_two_witnesses_an_end_and_known_items(here, helper):
    with pytest.raises(Invalid) as caught:
        given(here, helper, how="spoken", document="", witnesses="李明、李明", items=["W9-99"])
    assert set(caught.value.fields) == {"witnesses", "items"}
    with pytest.raises(Invalid) as caught:
        given(here, helper, document=" ", until=timezone.localdate(here.now) + timedelta(days=900))
    assert set(caught.value.fields) == {"document", "until"}
    with pytest.raises(Invalid):
        given(here, PersonFactory(birth_on=years_ago(15)))
    spoken = given(here, helper, how="spoken", document="", witnesses="李明, 王红")
    assert spoken.witnesses == "李明、王红"
    assert Mandate.objects.covering(item_version(ALLOWANCE).item_id).filter(pk=spoken.pk).exists()


def test_a_mandate_for_one_item_is_none_for_another_and_ends_on_its_day(here, helper):
    given(here, helper, items=[JOBLESS])
    by = resident_scope(helper.account)
    args = {"by": by, "now": here.now}
    assert refusal(file_case, item_version(ALLOWANCE), here.applicant, **args) == "not_yours"
    late = here.now + timedelta(days=91)
    assert refusal(here.filed, by=by, now=late) == "not_yours"
    here.applicant.state = PersonState.DECEASED  # and with the life of whoever gave it
    here.applicant.save()
    assert refusal(here.filed, by=by) == "not_yours"


def test_guardians_and_allowed_family_file_and_those_who_may_only_see_do_not(here, helper):
    by = resident_scope(helper.account)
    today = timezone.localdate(here.now)
    consent = FamilyConsent.objects.create(
        giver=here.applicant,
        receiver=helper,
        kind="see",
        state="given",
        asked_at=here.now,
        answered_at=here.now,
        until=today + timedelta(days=9),
    )
    assert refusal(here.filed, by=by) == "not_yours"
    FamilyConsent.objects.filter(pk=consent.pk).update(kind="act")
    case = here.filed(by=by)
    assert actions.withdraw(case.pk, by=by, now=here.now).state == "withdrawn"
    ward = PersonFactory(community=here.community, birth_on=years_ago(9))
    Guardianship.objects.create(
        guardian=helper,
        ward=ward,
        kind="parent",
        document="出生证",
        from_on=today,
        recorded_by="窗口",
        recorded_at=here.now,
    )
    own = file_case(here.version, ward, by=by, now=here.now)
    assert Case.objects.visible_to(by).filter(pk=own.pk).exists()
    stranger = PersonFactory(community=here.community, account=True)
    assert not Case.objects.visible_to(resident_scope(stranger.account)).exists()
