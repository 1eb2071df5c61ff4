"""How results came into people's hands: fetched, brought home or sent, to whom, and what shows it."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboards.demo.numbers import parcel
from residents.base.models import Person
from servicehall.aftercare.enums import ProxyRelation, Receiver
from servicehall.cases.enums import DeliveryWay
from servicehall.catalogue.models import ItemVersion

W = DeliveryWay
OLD, GROWN, GENERATION = 78, 18, 16
# How often a result goes which way, where the item offers it.
OFTEN = {W.COUNTER: 6, W.POST: 2, W.HOME: 1}
OFTEN_TO_THE_OLD = {W.COUNTER: 3, W.POST: 1, W.HOME: 5}
NOTES = {
    (W.COUNTER, Receiver.SELF): "",
    (W.COUNTER, Receiver.PROXY): "代收人出示了双方身份证和收件凭证。",
    (W.POST, Receiver.SELF): "已按登记的地址寄出，快递显示本人签收。",
    (W.HOME, Receiver.SELF): "送到家中，当面核对证件后签字。",
    (W.HOME, Receiver.PROXY): "送到家中，由家人当面签收。",
}


def particulars(
    version: ItemVersion,
    applicant: Person,
    family: Sequence[Person],
    *,
    rng: random.Random,
    today: date,
    in_person: bool,
) -> dict[str, Any]:
    """What the record of the delivery says. `in_person`: by the applicant's own hand, who rates it afterwards."""
    is_old = applicant.birth_on is not None and _age(applicant, today) >= OLD
    often = OFTEN_TO_THE_OLD if is_old else OFTEN
    offered = [way for way in version.content["result"]["delivery"] if way in often]
    ways = [W.COUNTER] if version.is_instant or not offered else [W(way) for way in offered]
    (way,) = rng.choices(ways, weights=[often[way] for way in ways])
    found: dict[str, Any] = {"way": way, "receiver": Receiver.SELF, "is_signed": way != W.POST}
    if way == W.POST:
        found |= {"tracking_number": parcel(rng.randrange(10**8))}
    elif not (in_person or version.is_instant):
        found |= _proxy(applicant, family, rng, today)
    return {**found, "note": NOTES[way, Receiver(found["receiver"])]}


def _proxy(
    applicant: Person, family: Sequence[Person], rng: random.Random, today: date
) -> dict[str, Any]:
    """Now and then a grown member of the household signs instead."""
    grown = [one for one in family if one.pk != applicant.pk and _age(one, today) >= GROWN]
    if not grown or rng.random() > 0.4:
        return {}
    one = rng.choice(grown)
    older = _age(one, today) - _age(applicant, today)
    relation = ProxyRelation.OTHER_KIN
    if abs(older) >= GENERATION:
        relation = ProxyRelation.PARENT if older > 0 else ProxyRelation.CHILD
    elif one.sex != applicant.sex:
        relation = ProxyRelation.SPOUSE
    return {
        "receiver": Receiver.PROXY,
        "proxy_name": one.full_name,
        "proxy_relation": relation,
    }


def _age(person: Person, today: date) -> int:
    return (today - person.birth_on).days // 365 if person.birth_on else 0
