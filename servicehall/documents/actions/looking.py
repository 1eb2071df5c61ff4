"""A letter names a person: staff who open it leave a trace, as with the case itself."""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import audit
from community.governance.scopes import Scope
from servicehall.documents.models import Letter


def open_letter(letter_id: uuid.UUID, *, by: Scope, now: datetime) -> Letter:
    """The letter as the viewer may see it. Raises Letter.DoesNotExist outside his reach."""
    with transaction.atomic():
        letter = Letter.objects.visible_to(by).whole().get(pk=letter_id)
        if by.is_staff:
            audit.record(
                "letter.viewed",
                by=by,
                target=letter,
                person_id=letter.person_id,
                place_path=letter.place_path,
                detail={"number": letter.number, "case": letter.words["case"]},
                now=now,
            )
    return letter
