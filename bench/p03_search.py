"""P3: looking a person up, in whichever way, against reading one by its key."""

import random
from collections.abc import Callable, Iterator
from functools import partial

from bench.city import City
from bench.harness import Trial, Wrong
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.models import Occupancy, Person
from residents.base.views.counter import MAX_FOUND, listed

GOAL = 3.0
PEOPLE = {"small": 20, "full": 60}


def _address(person: Person) -> str | None:
    living = Occupancy.objects.current().filter(person=person, kind__in=("actual", "rented"))
    home = living.select_related("dwelling").first()
    return home.dwelling.address if home and home.dwelling else None


def _characters(person: Person) -> str:
    """Those that people look for: the dot between the names of Mongols is none of them."""
    return person.full_name.replace("·", "")


KINDS: dict[str, Callable[[Person], str | None]] = {
    "one character": lambda p: _characters(p)[p.pk.int % len(_characters(p))],
    "two characters": lambda p: p.full_name[-2:],
    "full name": lambda p: p.full_name,
    "pinyin": lambda p: p.pinyin[:6],
    "initials": lambda p: p.initials[:3],
    "ID number": lambda p: p.id_number,
    "last six": lambda p: p.id_number and p.id_number[-6:],
    "phone": lambda p: p.phone,
    "address": _address,
}
BY_NAME = {"one character", "two characters", "full name"}


def measures(city: City) -> Iterator[Trial]:
    for where, scope in (("community", city.community), ("district", city.district)):
        people = _sample(scope, PEOPLE[city.scale])
        by_key = [partial(_by_key, scope, person) for person in people]
        for kind, typed in KINDS.items():
            if kind == "last six" and where == "district":
                continue  # looked for inside a community only
            texts = [text for person in people if (text := typed(person))]
            searches = [partial(search, scope, text) for text in texts]
            yield Trial(
                f"P3 {where}: {kind}",
                searches,
                by_key,
                partial(check, scope, texts, by_name=kind in BY_NAME),
                GOAL,
                details={"texts": len(set(texts))},
            )


def search(scope: Scope, text: str) -> list[Person]:
    found = Person.objects.search(text, scope, Power.FIND_PERSONS, size=MAX_FOUND)
    return list(listed(found))


def check(scope: Scope, texts: list[str], *, by_name: bool) -> None:
    """The first by name of all who fit, as the plain condition finds them: of a name, off the names themselves."""
    visible = Person.objects.visible_to(scope, Power.FIND_PERSONS)
    for text in texts[:10]:
        everybody = visible.filter(full_name__contains=text) if by_name else visible.matching(text)
        wanted = list(everybody.order_by("pinyin", "id")[:MAX_FOUND])
        if not wanted or search(scope, text) != wanted:
            raise Wrong("a search does not find whom it should")


def _by_key(scope: Scope, person: Person) -> Person:
    """The same that a list shows of each, of one."""
    return listed(Person.objects.visible_to(scope, Power.FIND_PERSONS)).get(pk=person.pk)


def _sample(scope: Scope, number: int) -> list[Person]:
    visible = Person.objects.visible_to(scope, Power.FIND_PERSONS)
    keys = list(visible.order_by("pk").values_list("pk", flat=True))
    return list(visible.filter(pk__in=random.Random(number).sample(keys, number)).order_by("pk"))
