"""An account is found by the ID number of its owner, so it follows the number that is kept of him."""

from datetime import datetime

from accounts import audit, usernames
from accounts.actions.users import rename_user
from residents.base.models import Person


def name_account(person: Person, *, by: audit.Actor, now: datetime) -> None:
    """Whoever put the number right, and whichever entry has the account now: he signs in with what is kept."""
    if person.account_id and person.id_number:
        rename_user(person.account_id, usernames.of_resident(person.id_number), by=by, now=now)
