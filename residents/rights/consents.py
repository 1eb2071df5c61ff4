"""Whether a use of data is allowed by the person: asked at the moment of use, so that a withdrawal counts at once.

if not consents.allows(person.pk, "survey", day): …
rows.filter(consents.allowed("proactive", day, person="person_id"))
"""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from common.errors import NotAllowed
from residents.base.models import Person
from residents.rights.enums import Basis
from residents.rights.models import Consent, ProcessingPurpose

PROACTIVE = "proactive"  # being told what one may be entitled to


def allowed(code: str, day: date, *, person: str = "pk") -> Q:
    """The rows whose person (column `person`) lets his data be used for a purpose on a day.

    A consent counts for the version in force only; what may be refused is allowed until somebody refuses.
    Raises NotAllowed for a purpose that nobody has declared: what has no basis is not done (PIPL 13).
    """
    purpose = ProcessingPurpose.objects.public(day).filter(code=code).first()
    if purpose is None:
        raise NotAllowed("purpose_unknown", _("这一处理目的没有登记，请联系系统管理员。"))
    if purpose.basis == Basis.STATUTORY:
        return Q()
    own = Consent.objects.filter(person_id=OuterRef(person))
    if purpose.basis == Basis.CONSENT:
        return Q(Exists(own.standing(day).filter(purpose=purpose)))
    said = own.filter(purpose__code=code)
    return ~Q(Exists(said)) | Q(Exists(said.standing(day)))


def allows(person_id: UUID, code: str, day: date) -> bool:
    return Person.objects.filter(allowed(code, day), pk=person_id).exists()
