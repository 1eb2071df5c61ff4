"""The chain: whatever an administrator of the database changes is found and named."""

import random
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit, sealing, tasks
from accounts.models import AuditEntry, AuditSeal
from accounts.verifying import BadAnchor, read_anchor, verify
from common.ids import uuid7

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 40


@pytest.fixture(autouse=True)
def anchor_file(settings, tmp_path):
    settings.AUDIT_KEY_FILE = str(tmp_path / "keys" / "audit.pem")
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "elsewhere" / "anchor.jsonl")
    return tmp_path / "elsewhere" / "anchor.jsonl"


def write(count=1, **more):
    with transaction.atomic():
        for number in range(count):
            audit.record(
                "case.accepted",
                by=audit.Acting(user_id=uuid7(), post_label="窗口·一", ip="10.0.0.1"),
                person_id=uuid7(),
                detail={"from": "filed", "number": number, "share": 0.5},
                now=timezone.now(),
                **more,
            )


@pytest.fixture
def sealed():
    """Forty rows in four batches, anchored."""
    for _ in range(4):
        write(ROWS // 4)
        tasks.seal_audit()


def read(anchor_file):
    with anchor_file.open() as lines:
        return read_anchor(lines, sealing.signing_key().public_key())


@contextmanager
def administrator():
    """Somebody who may do everything in the database; afterwards it never happened."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        yield cursor
        transaction.set_rollback(True)


def edit(cursor, no):
    cursor.execute(
        "UPDATE accounts_auditentry SET post_id = gen_random_uuid() WHERE seal_no = %s", [no]
    )


def edit_detail(cursor, no):
    cursor.execute(
        "UPDATE accounts_auditentry SET detail = detail || '{\"a\": 1}' WHERE seal_no = %s", [no]
    )


def edit_time(cursor, no):
    cursor.execute(
        "UPDATE accounts_auditentry SET at = at + interval '1 microsecond' WHERE seal_no = %s", [no]
    )


def delete(cursor, no):
    cursor.execute("DELETE FROM accounts_auditentry WHERE seal_no = %s", [no])


def shift(cursor, no, by):
    cursor.execute(
        "UPDATE accounts_auditentry SET seal_no = seal_no + 100000 WHERE seal_no >= %s", [no]
    )
    cursor.execute(
        "UPDATE accounts_auditentry SET seal_no = seal_no - 100000 + %s WHERE seal_no > 100000",
        [by],
    )


def delete_and_close_the_gap(cursor, no):
    delete(cursor, no)
    shift(cursor, no, -1)
    rewrite_from(no)


def insert(cursor, no):
    shift(cursor, no, 1)
    cursor.execute(
        "INSERT INTO accounts_auditentry (at, action, post_label, target_type, target_id, place_path,"
        " reason, detail, request_id, seal_no, chain)"
        " VALUES (now(), 'forged', '', '', '', '', '', '{}', '', %s, 'x')",
        [no],
    )
    rewrite_from(no)


def swap(cursor, no):
    """With the row behind it; the last one with the row before, which then is the first wrong one."""
    cursor.execute("UPDATE accounts_auditentry SET seal_no = 100000 WHERE seal_no = %s", [no])
    cursor.execute("UPDATE accounts_auditentry SET seal_no = %s WHERE seal_no = %s", [no, no + 1])
    cursor.execute("UPDATE accounts_auditentry SET seal_no = %s WHERE seal_no = 100000", [no + 1])


def cut_the_tail(cursor, no):
    cursor.execute("DELETE FROM accounts_auditentry WHERE seal_no >= %s", [no])
    cursor.execute("DELETE FROM accounts_auditseal WHERE last_no >= %s", [no])


def rewrite_the_chain(cursor, no):
    edit(cursor, no)
    rewrite_from(no)


def rewrite_from(no):
    """Make the chain inside the database right again, as one does who knows how it is built."""
    head = sealing.START
    rows = AuditEntry.objects.filter(seal_no__gt=0).order_by("seal_no")
    for seal_no, *row in rows.values_list("seal_no", *sealing.FIELDS):
        head = sealing.link(head, row)
        if seal_no >= no:
            AuditEntry.objects.filter(seal_no=seal_no).update(chain=head)


TAMPERINGS = [
    edit,
    edit_detail,
    edit_time,
    delete,
    delete_and_close_the_gap,
    insert,
    swap,
    cut_the_tail,
    rewrite_the_chain,
]


@pytest.mark.parametrize("tamper", TAMPERINGS)
@pytest.mark.usefixtures("sealed")
def test_every_tampering_is_found_at_its_place(tamper, anchor_file):
    anchor = read(anchor_file)
    places = random.Random(tamper.__name__).sample(range(1, ROWS), 12)
    for no in places:
        with administrator() as cursor:
            tamper(cursor, no)
            report = verify(anchor)
        assert not report.is_sound
        assert report.bad_no == no
    assert verify(anchor).is_sound


@pytest.mark.usefixtures("sealed")
def test_a_sound_trail_raises_no_alarm(anchor_file):
    write(3)
    report = verify(read(anchor_file))
    assert (report.is_sound, report.rows, report.unsealed) == (True, ROWS, 3)


@pytest.mark.usefixtures("sealed")
def test_the_command_names_the_first_bad_row_and_fails(anchor_file, capsys):
    call_command("audit_verify", anchor=str(anchor_file))
    assert "40 rows sealed, 40 anchored" in capsys.readouterr().out
    with administrator() as cursor:
        edit(cursor, 17)
        with pytest.raises(CommandError, match="seal number 17"):
            call_command("audit_verify", anchor=str(anchor_file))


@pytest.mark.usefixtures("sealed")
def test_the_anchor_itself_cannot_be_altered(anchor_file):
    lines = anchor_file.read_text().splitlines(keepends=True)
    key = sealing.signing_key().public_key()
    for forged in (
        [lines[0].replace('"last": 10', '"last": 11'), *lines[1:]],
        [lines[0], *lines[2:]],
        [lines[1], lines[0]],
        [*lines, "{}\n"],
        [lines[0].replace('"marks": "', '"marks": "00'), *lines[1:]],
    ):
        with pytest.raises(BadAnchor):
            read_anchor(forged, key)


@pytest.mark.usefixtures("sealed")
def test_an_anchor_of_another_key_is_not_believed(anchor_file, settings, tmp_path):
    settings.AUDIT_KEY_FILE = str(tmp_path / "other.pem")
    with pytest.raises(CommandError, match="not ours"):
        call_command("audit_verify", anchor=str(anchor_file))


def test_a_line_written_twice_after_a_crash_does_no_harm(anchor_file):
    write(2)
    tasks.seal_audit()
    AuditSeal.objects.update(anchored_at=None)
    tasks.seal_audit()
    assert len(anchor_file.read_text().splitlines()) == 2
    assert verify(read(anchor_file)).is_sound


def test_a_slow_writer_delays_nobody_and_is_not_forgotten(anchor_file):
    slow = connection.copy()
    try:
        with slow.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO accounts_auditentry (at, action, post_label, target_type, target_id,"
                " place_path, reason, detail, request_id)"
                " VALUES (now(), 'import.done', '', '', '', '', '', '{}', '')"
            )
            write(2)
            tasks.seal_audit()
            assert AuditEntry.objects.filter(seal_no__isnull=False).count() == 2
            cursor.execute("COMMIT")
    finally:
        slow.close()
    tasks.seal_audit()
    assert AuditEntry.objects.get(seal_no=3).action == "import.done"
    assert AuditEntry.objects.get(seal_no=3).pk < AuditEntry.objects.get(seal_no=1).pk
    assert verify(read(anchor_file)).is_sound


def test_a_second_sealer_at_the_same_time_does_nothing():
    write(1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [sealing._LOCK])
        assert sealing.seal(now=timezone.now()) == 0
    finally:
        other.close()


def test_a_backlog_is_sealed_in_batches_of_the_limit():
    write(5)
    assert [sealing.seal(now=timezone.now(), limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert list(AuditSeal.objects.order_by("last_no").values_list("first_no", "last_no")) == [
        (1, 2),
        (3, 4),
        (5, 5),
    ]


def test_production_never_makes_its_own_key(settings):
    settings.AUDIT_KEY_CREATE = False
    with pytest.raises(Exception, match="AUDIT_KEY_FILE does not exist"):
        sealing.signing_key()
