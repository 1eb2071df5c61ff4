"""Accounts begin, change and end, and each act is written down."""

import pytest
from django.utils import timezone

from accounts.actions import factors, users
from accounts.audit import SYSTEM, Acting
from accounts.models import AuditEntry, RecoveryCode, Session, Totp, User
from common.errors import Conflict, Invalid, NotAllowed
from tests.factories.accounts import PASSWORD, TOTP_SECRET, UserFactory
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db


def create(**more):
    given = {"username": "li.na", "display_name": "李娜", "password": PASSWORD} | more
    return users.create_staff_user(**given, by=SYSTEM, now=timezone.now())


def trail():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_new_member_of_staff_must_choose_an_own_password():
    user = create()
    assert (user.kind, user.must_change_password, user.check_password(PASSWORD)) == (
        "staff",
        True,
        True,
    )
    assert trail() == ["user.opened"]


@sweeps(users.create_staff_user)
def test_a_taken_name_is_a_conflict():
    create()
    with pytest.raises(Conflict):
        create()
    assert User.objects.count() == 1


def test_a_weak_password_opens_no_account():
    with pytest.raises(Invalid) as refused:
        create(password="12345678")
    assert "password" in refused.value.fields
    assert not User.objects.exists()


@sweeps(users.set_password)
def test_a_forgotten_password_is_set_by_an_administrator_and_ends_all_sign_ins(client):
    user = UserFactory.create()
    client.force_login(user)
    assert Session.objects.of(user.pk).exists()
    admin = Acting(user_id=UserFactory.create().pk)
    users.set_password(
        user, "草原上的七月来了 2027", must_change=True, by=admin, now=timezone.now()
    )
    assert not Session.objects.of(user.pk).exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == (
        "user.password_set",
        {"by_owner": False, "must_change": True},
    )


def test_nobody_disables_himself():
    user = UserFactory.create()
    with pytest.raises(NotAllowed):
        users.disable_user(user, reason="", by=Acting(user_id=user.pk), now=timezone.now())


@sweeps(users.disable_user, users.enable_user)
def test_a_disabled_account_can_be_opened_again():
    user = users.disable_user(UserFactory.create(), reason="离职", by=SYSTEM, now=timezone.now())
    assert not User.objects.get(pk=user.pk).is_active
    users.enable_user(user, reason="返聘", by=SYSTEM, now=timezone.now())
    assert User.objects.get(pk=user.pk).is_active
    assert trail() == ["user.disabled", "user.enabled"]
    assert AuditEntry.objects.latest("id").reason == "返聘"


@sweeps(factors.enrol_totp)
def test_the_demo_city_enrols_devices_of_known_secret():
    user = UserFactory.create()
    factors.enrol_totp(user, TOTP_SECRET, by=SYSTEM, now=timezone.now())
    factors.enrol_totp(user, TOTP_SECRET, by=SYSTEM, now=timezone.now())
    assert Totp.objects.get(user=user).secret == TOTP_SECRET
    with pytest.raises(ValueError, match="base32"):
        factors.enrol_totp(user, "short", by=SYSTEM, now=timezone.now())


@sweeps(factors.remove_totp, factors.renew_recovery_codes)
def test_a_lost_telephone_is_removed_with_its_codes_and_sign_ins(client):
    user = UserFactory.create(with_device=True)
    factors.renew_recovery_codes(user, by=SYSTEM, now=timezone.now())
    client.force_login(user)
    factors.remove_totp(user, reason="手机丢失", by=SYSTEM, now=timezone.now())
    assert not Totp.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert not Session.objects.of(user.pk).exists()
