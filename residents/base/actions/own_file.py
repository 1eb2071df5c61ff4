"""What a resident does with his own file."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common.errors import NotAllowed
from community.governance.scopes import Scope
from residents.base.attributes import SECRETS
from residents.base.models import Person


def reveal_own(field: str, *, by: Scope, now: datetime) -> Person:
    """The own file, to show one masked field of it in full; written down like every look.

    The view has asked the password within the last minutes. Raises Person.DoesNotExist, NotAllowed.
    """
    if field not in SECRETS:
        raise NotAllowed("not_revealable", _("这一项不能查看完整内容。"))
    with transaction.atomic(durable=True):
        own = Person.objects.of_account(by.user_id).with_disputed()
        person = own.select_related("community", "place", "detail").get()
        audit.record(
            "person.revealed",
            by=by,
            target=person,
            person_id=person.pk,
            place_path=person.community.path,
            detail={"field": field},
            now=now,
        )
    return person
