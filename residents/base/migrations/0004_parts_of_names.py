"""Lists in the order of names for every way of looking somebody up; triggers keep the characters of names.

The portal may run meanwhile: writers to the base wait for one community at a time, well below a second. Not while an
import is applied: the lock gives up after three seconds. Whatever broke off begins anew when it is run again.

The version before finds names more slowly until it is replaced. It also reads the column `name_tripled`, which
therefore stays in the table, unknown to the models.
"""

import django.db.models.functions
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models, transaction

STANDING = models.Q(merged_into__isnull=True)
COLUMNS = "community_id, part, pinyin, person_id, full_name"
TRIGGERS = f"""
CREATE FUNCTION residents_name_parts(name text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT DISTINCT substr(name, place, size)
    FROM generate_series(1, 2) size, generate_series(1, length(name) + 1 - size) place
$$;
CREATE FUNCTION residents_names_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO residents_namepart ({COLUMNS})
    SELECT community_id, part, pinyin, id, full_name FROM rows, residents_name_parts(full_name) part
    WHERE merged_into_id IS NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION residents_names_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM residents_namepart
    WHERE community_id = OLD.community_id AND part IN (SELECT residents_name_parts(OLD.full_name))
        AND pinyin = OLD.pinyin AND person_id = OLD.id;
    IF TG_OP = 'UPDATE' AND NEW.merged_into_id IS NULL THEN
        INSERT INTO residents_namepart ({COLUMNS})
        SELECT NEW.community_id, part, NEW.pinyin, NEW.id, NEW.full_name
        FROM residents_name_parts(NEW.full_name) part;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER names_new AFTER INSERT ON residents_person REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION residents_names_new();
CREATE TRIGGER names_changed AFTER UPDATE ON residents_person FOR EACH ROW WHEN (
        OLD.id <> NEW.id OR OLD.full_name <> NEW.full_name OR OLD.pinyin <> NEW.pinyin
        OR OLD.community_id <> NEW.community_id OR OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id)
    EXECUTE FUNCTION residents_names_old();
CREATE TRIGGER names_gone AFTER DELETE ON residents_person FOR EACH ROW
    EXECUTE FUNCTION residents_names_old();
"""
UNDONE = """
DROP FUNCTION IF EXISTS residents_names_new CASCADE;
DROP FUNCTION IF EXISTS residents_names_old CASCADE;
DROP FUNCTION IF EXISTS residents_name_parts CASCADE;
"""
# Nobody waits for an index that is made or dropped concurrently, however long it waits for others.
PATIENT = f"SET statement_timeout = {settings.BULK_STATEMENT_TIMEOUT}; SET lock_timeout = 0"
IMPATIENT = "SET statement_timeout TO DEFAULT; SET lock_timeout TO DEFAULT"
NEW_INDEXES = ("person_by_name", "person_by_initials", "person_by_other_initials")


def _fill(apps, schema_editor):
    """Community by community: whoever writes waits for one of them, and what he then writes a trigger sees."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT community_id FROM residents_person")
        for (community,) in cursor.fetchall():
            with transaction.atomic(connection.alias):
                cursor.execute("LOCK TABLE residents_person IN SHARE MODE")
                cursor.execute(
                    f"INSERT INTO residents_namepart ({COLUMNS})"
                    " SELECT community_id, part, pinyin, id, full_name"
                    " FROM residents_person, residents_name_parts(full_name) part"
                    " WHERE merged_into_id IS NULL AND community_id = %s"
                    " ORDER BY part, pinyin, id ON CONFLICT DO NOTHING",
                    [community],
                )
        # So that the index alone answers, at once.
        cursor.execute("VACUUM (ANALYZE) residents_namepart")


def _count(apps, schema_editor):
    """What is new in the indexes is known to the planner only after it was counted."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ANALYZE residents_person")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("residents", "0003_ticket_rivals_care_ages")]

    operations = [
        migrations.RunSQL(PATIENT, IMPATIENT),
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", "")
            for name in NEW_INDEXES
        ),
        migrations.RunSQL("SET lock_timeout TO DEFAULT", ""),
        migrations.RunSQL(f"{UNDONE} DROP TABLE IF EXISTS residents_namepart", UNDONE),
        migrations.CreateModel(
            name="NamePart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "community_id",
                        "part",
                        "pinyin",
                        "person_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("community_id", models.UUIDField()),
                ("part", models.CharField(max_length=2)),
                ("pinyin", models.CharField(max_length=160)),
                ("person_id", models.UUIDField()),
                ("full_name", models.CharField(max_length=60)),
            ],
        ),
        migrations.RunSQL(TRIGGERS, UNDONE),
        migrations.RunPython(_fill, migrations.RunPython.noop),
        migrations.RunSQL(PATIENT, "SET lock_timeout TO DEFAULT"),
        AddIndexConcurrently(
            "person",
            models.Index(
                fields=["community", "pinyin", "id"], condition=STANDING, name="person_by_name"
            ),
        ),
        AddIndexConcurrently(
            "person",
            models.Index(
                models.F("community"),
                django.db.models.functions.Left("initials", 2),
                models.F("pinyin"),
                models.F("id"),
                condition=STANDING,
                include=("initials",),
                name="person_by_initials",
            ),
        ),
        AddIndexConcurrently(
            "person",
            models.Index(
                models.F("community"),
                django.db.models.functions.Left("initials_alt", 2),
                models.F("pinyin"),
                models.F("id"),
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(("initials_alt", ""), _negated=True),
                ),
                name="person_by_other_initials",
            ),
        ),
        RemoveIndexConcurrently("person", "person_name_inside"),
        RemoveIndexConcurrently("person", "person_initials"),
        RemoveIndexConcurrently("person", "person_initials_alt"),
        RemoveIndexConcurrently("person", "person_of_community"),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("person", "name_tripled")]
        ),
        migrations.RunPython(_count, migrations.RunPython.noop),
        migrations.RunSQL(IMPATIENT, PATIENT),
    ]
