"""The databases of parallel test processes: migrated once, from nothing, and copied for each; emptied and tidied."""

from typing import Any

from django.db import connection, transaction

from tests import taking_turns


def copy_of_one(worker: str, run: str) -> None:
    """Let this process take a copy of a database that the first process of this run migrates.

    It has the name that a single process uses, which finds it in order when it is next asked for a few tests.
    """
    testing = connection.settings_dict["TEST"]
    own = testing["NAME"]
    testing["NAME"] = shared = own.removesuffix(f"_{worker}")
    with taking_turns.once(run, "migrated") as is_to_do:
        if is_to_do:
            before = connection.settings_dict["NAME"]
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.creation.destroy_test_db(before, verbosity=0, keepdb=True)
    # Nothing is left to migrate in a copy.
    testing.update(NAME=own, TEMPLATE=shared, MIGRATE=False)


KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def filled(cursor: Any) -> list[str]:
    """The tables in which anything is."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = [name for (name,) in cursor.fetchall() if name not in KEPT]
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables
        )
    )
    return [name for (name,) in cursor.fetchall()]


def empty(*_args: Any) -> None:
    """Take out the rows that a test with real transactions left.

    Django's flush empties every table and then writes the permissions of all models anew, after each such test.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        found = filled(cursor)
        # Without triggers and keys, neither the order matters nor that some rows are there for ever.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in found:
            cursor.execute(f'DELETE FROM "{name}"')


LARGE = 64 * 8192  # bytes of a table that is worth tidying


def tidy() -> None:
    """Give back the space of rows that were rolled back or deleted: nobody else does while tests run, and each that
    follows would read past them, or be advised by how many there were."""
    if connection.connection is None or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND pg_relation_size(oid) > %s",
            [LARGE],
        )
        if names := [f'"{name}"' for (name,) in cursor.fetchall()]:
            cursor.execute(f"VACUUM {', '.join(names)}")
