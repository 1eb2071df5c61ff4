"""Who seals the audit trail must not fall silent unnoticed (G11)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import audit, sealing
from accounts.models import AuditEntry, AuditSeal, SealDelay
from community.governance.enums import Role
from dashboards.actions import watch_sealing
from notifications.models import Message
from tests.factories.governance import staff
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def anchor_file(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchor.jsonl")


@pytest.fixture
def keepers():
    staff(Role.SECURITY_ADMIN)
    staff(Role.WINDOW_CLERK)
    keepers = {staff(role).user_id for role in (Role.SYSTEM_ADMIN, Role.AUDITOR)}
    sealing.seal(now=timezone.now())
    sealing.anchor(now=timezone.now())
    return keepers


def act(now):
    with transaction.atomic():
        audit.record("calendar.day_set", by=audit.SYSTEM, now=now)


def told():
    return list(Message.objects.filter(kind="audit.unsealed").values_list("user_id", flat=True))


def test_a_lag_is_told_once_when_it_passes_the_limit(keepers):
    start = timezone.now()
    act(start)
    assert not watch_sealing(now=start + 15 * MINUTE)
    assert told() == []
    assert watch_sealing(now=start + 16 * MINUTE)
    assert not watch_sealing(now=start + 17 * MINUTE)
    assert sorted(told()) == sorted(keepers)
    assert "16分钟" in Message.objects.filter(kind="audit.unsealed")[0].text
    assert AuditEntry.objects.get(action="audit.late").detail == {"minutes": 16}


@sweeps(watch_sealing)
def test_a_lag_that_moves_along_is_still_the_same_delay(keepers):
    """The sealer works, too slowly: another entry waits each time, the keepers know already."""
    start = timezone.now()
    act(start)
    watch_sealing(now=start + 16 * MINUTE)
    act(start + 10 * MINUTE)
    sealing.seal(now=start + 20 * MINUTE, limit=1)
    sealing.anchor(now=start + 20 * MINUTE)
    assert not watch_sealing(now=start + 40 * MINUTE)
    assert len(told()) == 2


def test_when_it_has_caught_up_the_next_lag_is_told_anew(keepers):
    start = timezone.now()
    act(start)
    watch_sealing(now=start + 16 * MINUTE)
    sealing.seal(now=start + 20 * MINUTE)
    sealing.anchor(now=start + 20 * MINUTE)
    assert not watch_sealing(now=start + 21 * MINUTE)
    assert SealDelay.objects.get().ended_at == start + 21 * MINUTE
    act(start + 30 * MINUTE)
    assert watch_sealing(now=start + 46 * MINUTE)
    assert len(told()) == 4


def test_seals_that_never_leave_the_database_are_a_lag_too(keepers):
    start = timezone.now()
    act(start)
    sealing.seal(now=start)
    assert AuditSeal.objects.filter(anchored_at=None).exists()
    assert watch_sealing(now=start + 16 * MINUTE)
