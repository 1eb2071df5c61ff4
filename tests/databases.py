"""The databases of parallel test processes: migrated once, from nothing, and copied for each."""

import fcntl

from django.db import connection

from ops import state


def copy_of_one(worker: str, run: str) -> None:
    """Let this process take a copy of a database that the first process of this run migrates.

    It has the name that a single process uses, which finds it in order when it is next asked for a few tests.
    """
    testing = connection.settings_dict["TEST"]
    own = testing["NAME"]
    testing["NAME"] = shared = own.removesuffix(f"_{worker}")
    with (state.directory() / "test-database.run").open("a+") as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        note.seek(0)
        if note.read() != run:
            before = connection.settings_dict["NAME"]
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.creation.destroy_test_db(before, verbosity=0, keepdb=True)
            note.truncate(0)
            note.write(run)
    # Nothing is left to migrate in a copy.
    testing.update(NAME=own, TEMPLATE=shared, MIGRATE=False)
