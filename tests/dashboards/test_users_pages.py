"""账号管理: who opens, shuts and renews accounts of staff, and whom he cannot touch."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.models import AuditEntry, Session, Totp, User
from common.errors import NotAllowed
from community.governance.enums import Role
from community.governance.scopes import Scope
from dashboards.views import users
from residents.base.actions.people import tie_staff, untie_staff
from residents.base.models import Person
from servicehall.cases.actions import accept
from tests.factories.accounts import UserFactory
from tests.factories.governance import (
    CityFactory,
    DistrictFactory,
    GovernmentFactory,
    StationFactory,
    staff,
)
from tests.factories.residents import PersonFactory, household
from tests.factories.servicehall import hall
from tests.signing_in import client_for
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
USERS = reverse("dashboards:users")
NEW = reverse("dashboards:user-new")
PASSWORD = re.compile(r"(?<=>)(?:[a-z2-9]{4}-){3}[a-z2-9]{4}(?=<)")


@pytest.fixture
def admin() -> Scope:
    return staff(Role.SYSTEM_ADMIN)


def account(scope: Scope) -> User:
    assert scope.user_id is not None
    return User.objects.get(pk=scope.user_id)


def page_of(user: User | Scope, what: str = "user") -> str:
    pk = user.user_id if isinstance(user, Scope) else user.pk
    return reverse(f"dashboards:{what}", args=[pk])


def unproven(scope: Scope) -> Client:
    """Signed in, but the factor was given long ago."""
    client = client_for(scope)
    session = client.session
    session[step_up.VERIFIED_AT] = timezone.now().timestamp() - 3600
    session.save()
    return client


def test_a_new_account_gets_a_password_that_is_shown_once(admin: Scope) -> None:
    client = client_for(admin)
    answer = client.post(NEW, {"username": "Zhang.Wei", "display_name": "张伟"})
    assert answer.status_code == 200
    found = PASSWORD.search(answer.content.decode())
    assert found is not None
    user = User.objects.get(username="zhang.wei")
    assert user.check_password(found[0])
    assert user.must_change_password
    assert not PASSWORD.search(client.get(page_of(user)).content.decode())
    entry = AuditEntry.objects.get(action="user.opened", target_id=str(user.pk))
    assert entry.user_id == admin.user_id
    assert found[0] not in str(entry.detail)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"username": "张伟"}, "账号须以小写字母开头"),
        ({"username": "r:00"}, "账号须以小写字母开头"),
        ({"username": "150302198501010014"}, "账号须以小写字母开头"),
        ({"username": "taken.one"}, "这个账号已有人使用"),
        ({"display_name": ""}, "请填写：姓名"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    admin: Scope, typed: dict[str, str], says: str
) -> None:
    UserFactory(username="taken.one")
    given = {"username": "li.na", "display_name": "李娜"} | typed
    answer = client_for(admin).post(NEW, given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert all(f'value="{value}"' in page for value in given.values() if value)
    assert not User.objects.filter(display_name="李娜").exists()


def test_a_change_waits_for_the_factor_and_loses_nothing(admin: Scope) -> None:
    answer = unproven(admin).post(NEW, {"username": "li.na", "display_name": "李娜"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="li.na"' in page
    assert reverse("accounts:verify") in page
    assert not User.objects.filter(username="li.na").exists()


@pytest.mark.parametrize("what", ["user-password", "user-factor", "user-disable", "user-enable"])
def test_every_act_waits_for_the_factor(admin: Scope, what: str) -> None:
    user = UserFactory(with_device=True)
    before = user.password
    answer = unproven(admin).post(page_of(user, what), {"reason": "手机遗失"})
    assert answer.status_code == 422
    user.refresh_from_db()
    assert (user.password, user.is_active) == (before, True)
    assert Totp.objects.filter(user=user).exists()


def test_a_renewed_password_ends_what_was_open(admin: Scope) -> None:
    clerk = staff(Role.WINDOW_CLERK, StationFactory(place__parent__parent__usual=True))
    seat = client_for(clerk)
    answer = client_for(admin).post(page_of(clerk, "user-password"))
    found = PASSWORD.search(answer.content.decode())
    assert found is not None
    user = account(clerk)
    assert user.check_password(found[0])
    assert user.must_change_password
    assert seat.get("/accounts/me/").status_code == 302
    assert not Session.objects.filter(user_id=user.pk).exists()


def test_the_second_factor_goes_with_a_reason(admin: Scope) -> None:
    user = UserFactory(with_device=True)
    client = client_for(admin)
    assert client.post(page_of(user, "user-factor"), {"reason": " "}).status_code == 422
    assert Totp.objects.filter(user=user).exists()
    answer = client.post(page_of(user, "user-factor"), {"reason": "本人当面申请，手机遗失"})
    assert answer.status_code == 302
    assert not Totp.objects.filter(user=user).exists()
    assert AuditEntry.objects.get(action="factor.removed").reason == "本人当面申请，手机遗失"


def test_a_disabled_account_is_refused_at_its_next_request(admin: Scope) -> None:
    clerk = staff(Role.WINDOW_CLERK)
    seat = client_for(clerk)
    client = client_for(admin)
    assert client.post(page_of(clerk, "user-disable"), {"reason": "离岗"}).status_code == 302
    assert seat.get("/accounts/me/").status_code == 302
    assert client.post(page_of(clerk, "user-enable"), {"reason": "返岗"}).status_code == 302
    assert account(clerk).is_active
    assert seat.get("/accounts/me/").status_code == 302  # the old sign-in does not come back


@pytest.mark.parametrize("what", ["user-password", "user-factor", "user-disable", "user-enable"])
def test_nobody_acts_on_his_own_account(admin: Scope, what: str) -> None:
    client = client_for(admin)
    before = AuditEntry.objects.count()
    assert client.post(page_of(admin, what), {"reason": "试试"}).status_code == 403
    assert AuditEntry.objects.count() == before
    page = client.get(page_of(admin)).content.decode()
    assert "这是您自己的账号" in page
    assert page_of(admin, what) not in page


def test_one_post_elsewhere_takes_an_account_out_of_reach(admin: Scope) -> None:
    """Else a district could renew the password of somebody who also acts for the city."""
    both = UserFactory(display_name="两处任职")
    staff(Role.WINDOW_CLERK, user=both)
    client = client_for(admin)
    assert client.get(page_of(both)).status_code == 200
    staff(Role.LEADER, GovernmentFactory(place=CityFactory()), user=both)
    assert "两处任职" not in client.get(USERS).content.decode()
    assert client.get(page_of(both)).status_code == 404
    for what in ("user-password", "user-factor", "user-disable", "user-enable"):
        assert client.post(page_of(both, what), {"reason": "试试"}).status_code == 404
    over_all = staff(Role.SYSTEM_ADMIN, GovernmentFactory(place=CityFactory()))
    assert client_for(over_all).get(page_of(both)).status_code == 200


def test_a_resident_is_no_member_of_staff(admin: Scope) -> None:
    resident = UserFactory(resident=True, display_name="某居民")
    client = client_for(admin)
    assert client.get(page_of(resident)).status_code == 404
    assert "某居民" not in client.get(USERS).content.decode()


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDITOR, Role.WINDOW_CLERK])
def test_only_system_administrators_manage_accounts(role: Role) -> None:
    client = client_for(staff(role))
    user = UserFactory()
    assert client.get(USERS).status_code == 403
    assert client.get(page_of(user)).status_code == 403
    assert client.post(NEW, {"username": "li.na", "display_name": "李娜"}).status_code == 403
    assert client.post(page_of(user, "user-password")).status_code == 403


def test_the_anonymous_are_sent_to_sign_in() -> None:
    assert client_for(None).get(USERS).status_code == 302


def test_people_are_found_by_account_and_name(admin: Scope) -> None:
    UserFactory(username="wang.fang", display_name="王芳")
    UserFactory(username="zhao.lei", display_name="赵磊", disabled=True)
    client = client_for(admin)

    def found(**query: str) -> set[str]:
        return {user.display_name for user, *_rest in client.get(USERS, query).context["rows"]}

    assert found(q="wang") == {"王芳"}
    assert found(q="赵") == {"赵磊"}
    assert found(state="disabled") == {"赵磊"}
    assert "没有找到这样的账号" in client.get(USERS, {"q": "nobody"}).content.decode()
    assert client.get(USERS, {"after": "nonsense"}).status_code == 200


def test_a_district_sees_its_own(admin: Scope) -> None:
    other = staff(Role.SYSTEM_ADMIN, GovernmentFactory(place=DistrictFactory()))
    assert client_for(admin).get(page_of(other)).status_code == 404


def test_a_longer_list_costs_no_more(admin: Scope, count_queries: Any) -> None:
    client = client_for(admin)
    client.get(USERS)
    few = count_queries(lambda: client.get(USERS))
    for _number in range(8):
        staff(Role.WINDOW_CLERK)
    assert count_queries(lambda: client.get(USERS)) == few <= 10
    clerk = staff(Role.WINDOW_CLERK)
    assert count_queries(lambda: client.get(page_of(clerk))) <= 10


# --- who a member of staff is in the residents' records -------------------------------------------
@sweeps(tie_staff)
def test_an_account_is_tied_to_its_person_and_the_page_shows_masked_who_it_is(admin: Scope) -> None:
    user, person = account(staff(Role.WINDOW_CLERK)), PersonFactory(elder=True)
    client = client_for(admin)
    answer = client.post(page_of(user, "user-tie"), {"id_number": str(person.id_number)})
    assert answer.status_code == 302
    page = client.get(page_of(user)).content.decode()
    assert "陈*芝" in page
    assert str(person.id_number)[-4:] in page
    for secret in (person.full_name, str(person.id_number)):
        assert secret not in page
    entry = AuditEntry.objects.get(action="person.staff_tied")
    assert (entry.user_id, entry.person_id) == (admin.user_id, person.pk)
    assert str(person.id_number) not in str(entry.detail)


@sweeps(untie_staff)
def test_from_then_on_nobody_acts_on_his_own_household(admin: Scope) -> None:
    place = hall()
    case = place.filed()
    kin = PersonFactory(community=place.community)
    household(place.applicant, son=kin)
    clerk = account(place.clerk)
    client_for(admin).post(page_of(clerk, "user-tie"), {"id_number": str(kin.id_number)})
    with pytest.raises(NotAllowed, match="conflict_of_interest"):
        accept(case.pk, by=place.clerk, now=place.now)
    client_for(admin).post(page_of(clerk, "user-untie"), {"reason": "登记错了"})
    assert not Person.objects.of_staff(clerk.pk).exists()
    assert AuditEntry.objects.get(action="person.staff_untied").reason == "登记错了"
    assert accept(case.pk, by=place.clerk, now=place.now).handler_id == place.station.pk


def test_a_number_that_nobody_has_a_slip_and_somebody_elses_person_are_refused(
    admin: Scope,
) -> None:
    user, person = account(staff(Role.WINDOW_CLERK)), PersonFactory(elder=True)
    other = account(staff(Role.WINDOW_CLERK))
    client = client_for(admin)
    client.post(page_of(other, "user-tie"), {"id_number": str(person.id_number)})
    for number, says in (
        ("110101199003074477", "基础库中没有这个证件号码"),
        (f"{str(person.id_number)[:-1]}0", "请"),
        (str(person.id_number), "另一个工作人员账号"),
        ("", "请填写"),
    ):
        answer = client.post(page_of(user, "user-tie"), {"id_number": number})
        assert answer.status_code == 422
        assert says in answer.content.decode()
    assert Person.objects.get(pk=person.pk).staff_account_id == other.pk


def test_tying_needs_a_fresh_proof_another_persons_hand_and_ends_after_many_tries(
    admin: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, person = account(staff(Role.WINDOW_CLERK)), PersonFactory(elder=True)
    given = {"id_number": str(person.id_number)}
    assert unproven(admin).post(page_of(user, "user-tie"), given).status_code == 422
    assert client_for(admin).post(page_of(admin, "user-tie"), given).status_code == 403
    monkeypatch.setattr(users, "TIES_PER_HOUR", 2)
    unknown = {"id_number": "110101199003074477"}
    pages = [client_for(admin).post(page_of(user, "user-tie"), unknown) for _n in range(6)]
    assert "尝试次数太多" in pages[-1].content.decode()
    assert not Person.objects.filter(staff_account__isnull=False).exists()
