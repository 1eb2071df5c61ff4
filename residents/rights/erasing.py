"""What of a person's data may be deleted, and what must be kept: from the rows of the law, not from code."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from residents.base.attributes import ATTRIBUTES
from residents.base.golden import UNKNOWN
from residents.base.known import kept
from residents.base.models import Person, SourceRecord
from residents.rights import holdings
from residents.rights.models import RetentionRule

# The sources in which a person speaks of himself; what a department holds is deleted there (domain 4.11).
OWN = ("self", "counter", UNKNOWN)  # what nobody else claims
CONSENTS, FAMILY, ACCOUNT = "consents", "family", "account"
WHOLE: dict[str, str | Promise] = {
    CONSENTS: _("所有同意（全部撤回）"),
    FAMILY: _("和家人之间的授权"),
    ACCOUNT: _("网上账号（注销，我的材料和没交的草稿一并删除）"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Something that may be asked away."""

    key: str
    label: str


def label_of(part: str) -> str:
    if part in WHOLE:
        return str(WHOLE[part])
    return holdings.label_of(part) or str(ATTRIBUTES[part].label)


def parts_of(
    person: Person, records: Iterable[SourceRecord], rules: Collection[RetentionRule]
) -> list[Part]:
    """What the person has told of himself and no rule keeps, and what is kept on his will alone."""
    held = {key for rule in rules for key in rule.attributes}
    own = {key for record in records if record.source_id in OWN for key in record.values}
    own |= {key for key in ATTRIBUTES if origin(person, key) in OWN}
    keys = [key for key in ATTRIBUTES if key in own - held]
    whole = [CONSENTS, FAMILY, *([ACCOUNT] if person.account_id else [])]
    return [Part(key, label_of(key)) for key in [*keys, *holdings.forgettable(person.pk), *whole]]


def origin(person: Person, key: str) -> str:
    """The source of the kept value; "" where nothing is kept."""
    value, provenance = kept(person, key)
    return (provenance[0] if provenance else UNKNOWN) if value else ""


def rules_on(day: date) -> list[RetentionRule]:
    return list(RetentionRule.objects.public(day))
