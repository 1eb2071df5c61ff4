"""The facts that rules ask for, kept in a row for each person; the database notes whose row is out of date.

Whoever writes to the base, in whichever way, leaves a note (StaleFacts): so no code can forget to. Whole registers
that come in by COPY leave one note for everybody.
"""

import django.db.models.deletion
from django.db import migrations, models

WHOLE = 20000

# What changes facts: the table, whom a row is about, and the columns that matter.
WATCHED = (
    ("residents_person", "id, NULL::uuid", "birth_on, sex, ethnic_group, state"),
    (
        "residents_persondetail",
        "person_id, NULL::uuid",
        "registered_address, marital_status, education, employment, pension, medical_insurance, aid_status,"
        " disability_kind, disability_level, lives_alone",
    ),
    ("residents_occupancy", "person_id, NULL::uuid", "person_id, kind, from_on, to_on"),
    (
        "residents_householdmember",
        "person_id, household_id",
        "person_id, household_id, relation, from_on, to_on",
    ),
    ("residents_household", "NULL::uuid, id", "registered_address"),
)
NOTE = "INSERT INTO residents_stalefacts (person_id, household_id, is_taken)"


def _forward() -> str:
    parts = []
    for table, about, columns in WATCHED:
        of_row = ", ".join(
            part if part.startswith("NULL") else f"{{row}}.{part}" for part in about.split(", ")
        )
        old, new = of_row.format(row="OLD"), of_row.format(row="NEW")
        differs = " OR ".join(
            f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns.split(", ")
        )
        parts.append(f"""
CREATE FUNCTION {table}_facts_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM rows) > {WHOLE} THEN
        {NOTE} VALUES (NULL, NULL, FALSE);
    ELSE
        {NOTE} SELECT {about}, FALSE FROM rows;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION {table}_facts_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {NOTE} VALUES ({old}, FALSE);
    IF TG_OP = 'UPDATE' THEN
        {NOTE} VALUES ({new}, FALSE);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER facts_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_facts_new();
CREATE TRIGGER facts_changed AFTER UPDATE ON {table} FOR EACH ROW WHEN ({differs})
    EXECUTE FUNCTION {table}_facts_old();
CREATE TRIGGER facts_gone AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_facts_old();
""")
    # Whether an address names the city depends on the name of the city.
    parts.append(f"""
CREATE FUNCTION residents_facts_of_everybody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {NOTE} VALUES (NULL, NULL, FALSE);
    RETURN NULL;
END $$;
CREATE TRIGGER facts_of_a_new_city AFTER INSERT ON governance_place FOR EACH ROW
    WHEN (NEW.level = 'city') EXECUTE FUNCTION residents_facts_of_everybody();
CREATE TRIGGER facts_of_a_city AFTER UPDATE ON governance_place FOR EACH ROW
    WHEN (OLD.level = 'city' OR NEW.level = 'city') EXECUTE FUNCTION residents_facts_of_everybody();
CREATE TRIGGER facts_of_an_old_city AFTER DELETE ON governance_place FOR EACH ROW
    WHEN (OLD.level = 'city') EXECUTE FUNCTION residents_facts_of_everybody();
{NOTE} VALUES (NULL, NULL, FALSE);
""")
    return "".join(parts)


def _backward() -> str:
    parts = [
        f"""
DROP TRIGGER facts_new ON {table};
DROP TRIGGER facts_changed ON {table};
DROP TRIGGER facts_gone ON {table};
DROP FUNCTION {table}_facts_new();
DROP FUNCTION {table}_facts_old();
"""
        for table, _about, _columns in WATCHED
    ]
    parts.append("""
DROP TRIGGER facts_of_a_new_city ON governance_place;
DROP TRIGGER facts_of_a_city ON governance_place;
DROP TRIGGER facts_of_an_old_city ON governance_place;
DROP FUNCTION residents_facts_of_everybody();
""")
    return "".join(parts)


def _code(length: int = 2) -> models.CharField:
    return models.CharField(max_length=length, null=True)


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0001_initial"),
        ("residents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonFacts",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="residents.person",
                    ),
                ),
                ("birth_on", models.DateField(null=True)),
                ("registered_here", models.BooleanField(null=True)),
                ("lives_here", models.BooleanField(null=True)),
                ("here_since", models.DateField(null=True)),
                ("youngest_child", models.DateField(null=True)),
                ("household_size", models.PositiveIntegerField(null=True)),
                ("disability_level", models.PositiveSmallIntegerField(null=True)),
                ("lives_alone", models.BooleanField(null=True)),
                ("sex", _code(1)),
                ("ethnic_group", _code()),
                ("marital_status", _code()),
                ("education", _code()),
                ("employment", _code()),
                ("pension", _code()),
                ("medical_insurance", _code()),
                ("aid_status", _code()),
                ("disability_kind", _code()),
            ],
        ),
        migrations.CreateModel(
            name="StaleFacts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.UUIDField(null=True)),
                ("household_id", models.UUIDField(null=True)),
                ("is_taken", models.BooleanField(default=False)),
            ],
        ),
        migrations.RunSQL(_forward(), _backward()),
    ]
