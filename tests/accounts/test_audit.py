"""The audit trail: written with the act, and never touched again."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry
from common.ids import uuid7
from tests.factories.accounts import UserFactory


def note(action="case.accepted", **more):
    with transaction.atomic():
        audit.record(action, by=audit.SYSTEM, now=timezone.now(), **more)
    return AuditEntry.objects.latest("id")


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_the_acts_transaction_is_an_error():
    with pytest.raises(transaction.TransactionManagementError):
        audit.record("case.accepted", by=audit.SYSTEM, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_entry():
    def act():
        with transaction.atomic():
            audit.record("case.accepted", by=audit.SYSTEM, now=timezone.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_whose_file():
    user, person_id = UserFactory.create(), uuid7()
    by = audit.Acting(user_id=user.pk, post_label="民政救助窗口", ip="10.1.2.3", request_id="r1")
    with transaction.atomic():
        audit.record(
            "person.opened",
            by=by,
            target=user,
            person_id=person_id,
            place_path="/1503/150302/",
            reason="核对低保",
            detail={"fields": ["phone"]},
            now=timezone.now(),
        )
    entry = AuditEntry.objects.of_person(person_id).get()
    assert (entry.user_id, entry.post_label, entry.ip) == (user.pk, "民政救助窗口", "10.1.2.3")
    assert (entry.target_type, entry.target_id) == ("accounts.user", str(user.pk))
    assert entry.detail == {"fields": ["phone"]}


@pytest.mark.django_db
def test_many_entries_say_what_single_ones_say_in_the_order_of_the_rows():
    by = audit.Acting(user_id=uuid7(), post_id=uuid7(), post_label="民政'窗口", request_id="r1")
    user, now = UserFactory.create(), timezone.now()
    rows = [
        audit.Touched(user, uuid7(), "/1503/150302/", {"fields": ["phone", '"\\{}'], "n": None}),
        audit.Touched(),
        audit.Touched(person_id=uuid7(), detail={"source": "police"}),
    ]
    with transaction.atomic():
        for row in rows:
            audit.record(
                "person.changed",
                by=by,
                target=row.target,
                person_id=row.person_id,
                place_path=row.place_path,
                reason="核对",
                detail=row.detail,
                now=now,
            )
        audit.record_many("person.changed", iter(rows), by=by, reason="核对", now=now)
    kept = AuditEntry.objects.order_by("id").values()
    entries = [{key: value for key, value in entry.items() if key != "id"} for entry in kept]
    assert entries[:3] == entries[3:]
    assert [entry["person_id"] for entry in entries[3:]] == [row.person_id for row in rows]


@pytest.mark.django_db
def test_entries_are_read_by_subtree_and_no_subtree_means_none():
    inside = note(place_path="/1503/150302/")
    note(place_path="/1503/150303/")
    assert list(AuditEntry.objects.under("/1503/150302/")) == [inside]
    assert not AuditEntry.objects.under().exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET action = 'nothing'",
        "UPDATE accounts_auditentry SET user_id = NULL, seal_no = 1, chain = 'x'",
        "UPDATE accounts_auditentry SET detail = '{}', seal_no = 1, chain = 'x' WHERE detail <> '{}'",
        "DELETE FROM accounts_auditentry",
        (
            "INSERT INTO accounts_auditentry (at, action, post_label, target_type, target_id, place_path,"
            " reason, detail, request_id, seal_no, chain)"
            " VALUES (now(), 'forged', '', '', '', '', '', '{}', '', 7, 'x')"
        ),
    ],
)
def test_the_database_refuses_to_change_or_forge_an_entry(statement):
    with transaction.atomic():
        by = audit.Acting(user_id=uuid7())
        audit.record("case.accepted", by=by, detail={"a": 1}, now=timezone.now())
    with pytest.raises(ProgrammingError, match="insert-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_an_entry_is_sealed_once_and_not_again():
    note()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET seal_no = 1, chain = 'x'")
        with pytest.raises(ProgrammingError, match="insert-only"):
            cursor.execute("UPDATE accounts_auditentry SET seal_no = 2, chain = 'y'")


@pytest.mark.django_db
def test_the_trail_is_not_truncated():
    note()
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="insert-only"):
        cursor.execute("TRUNCATE accounts_auditentry")
