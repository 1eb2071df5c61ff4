"""预警档案: marked by those who guard the rights, unknown to everybody else."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.models import AuditEntry
from community.governance.enums import Role
from community.governance.scopes import Scope
from residents.base.models import Canary
from tests.factories.governance import (
    CityFactory,
    CommunityFactory,
    DistrictFactory,
    GovernmentFactory,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.signing_in import client_for

pytestmark = pytest.mark.django_db
CANARIES = reverse("dashboards:canaries")


@pytest.fixture
def guard() -> Scope:
    return staff(Role.SECURITY_ADMIN, GovernmentFactory(place=CityFactory()))


def test_a_file_is_marked_by_its_number_and_listed_masked(guard: Scope) -> None:
    person = PersonFactory(elder=True)
    client = client_for(guard)
    assert client.post(
        CANARIES, {"id_number": str(person.id_number), "reason": "季度演练"}
    ).status_code == (302)
    page = client.get(CANARIES).content.decode()
    assert "陈*芝" in page
    assert person.full_name not in page
    assert str(person.id_number) not in page
    assert AuditEntry.objects.get(action="canary.marked").reason == "季度演练"
    mine = reverse("dashboards:canary", args=[Canary.objects.get().pk])
    assert client.post(mine, {"reason": ""}).status_code == 422
    assert client.post(mine, {"reason": "结束"}).status_code == 302
    assert not Canary.objects.exists()


def test_whoever_guards_a_district_marks_and_sees_only_there(guard: Scope) -> None:
    far = PersonFactory(community=CommunityFactory())
    near = staff(Role.SECURITY_ADMIN, GovernmentFactory(place=DistrictFactory()))
    refused = client_for(near).post(CANARIES, {"id_number": str(far.id_number), "reason": "演练"})
    assert refused.status_code == 422
    assert "范围内没有" in refused.content.decode()
    client_for(guard).post(CANARIES, {"id_number": str(far.id_number), "reason": "演练"})
    assert "还没有预警档案" in client_for(near).get(CANARIES).content.decode()


def test_marking_needs_a_fresh_proof_and_keeps_what_was_typed(guard: Scope) -> None:
    person = PersonFactory(elder=True)
    client = client_for(guard)
    session = client.session
    session[step_up.VERIFIED_AT] = timezone.now().timestamp() - 3600
    session.save()
    refused = client.post(CANARIES, {"id_number": str(person.id_number), "reason": "季度演练"})
    assert refused.status_code == 422
    assert 'value="季度演练"' in refused.content.decode()
    assert not Canary.objects.exists()
