"""P10: whom twenty rules fit among all persons, against counting the persons."""

import random
from collections import deque
from collections.abc import Iterator
from itertools import chain, count, islice

from django.db import connection, transaction
from django.utils import timezone

from bench.city import City
from bench.harness import Trial, Wrong
from residents.base.actions import bulk
from residents.base.actions.eligibility import refresh_facts
from residents.base.eligibility import (
    Rule,
    explain,
    facts_of,
    kept_matches,
    matches,
    parse,
)
from residents.base.eligibility.tree import tests_of
from residents.base.enums import PersonState
from residents.base.models import Person
from servicehall.catalogue.models import ItemVersion

GOAL = 12.0
RULES = 20
SAMPLE = 300


def measures(_city: City) -> Iterator[Trial]:
    today = timezone.localdate()
    everybody = Person.objects.filter(state=PersonState.ACTIVE)
    rules = _rules()

    def check() -> None:
        """What is found off the kept facts is what the base says of everybody, and what each one's own facts say."""
        refresh_facts()
        found = dict(kept_matches(rules, today))
        if found != dict(matches(everybody, rules, today)):
            raise Wrong("the kept facts are not those of the base")
        keys = sorted(everybody.order_by("pk").values_list("pk", flat=True))
        some = random.Random(1).sample(keys, SAMPLE)
        told = {test.fact for rule in rules for test in tests_of(rule)}
        persons = everybody.filter(pk__in=some)
        for pk, facts in facts_of(persons, told, today).items():
            fits = [explain(rule, facts).fits for rule in rules]
            if fits != list(found.get(pk, [False] * len(rules))):
                raise Wrong("a rule does not find whom it should")

    def find() -> None:
        """As the nightly run does: what was written since is brought up to date, then all are asked."""
        refresh_facts()
        deque(kept_matches(rules, today), maxlen=0)

    with transaction.atomic(), bulk.patience():
        with connection.cursor() as cursor:
            # All work in this one process, where it is measured, on both sides.
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        yield Trial(
            f"P10 {RULES} rules, {everybody.count():,} persons",
            [find],
            [everybody.count],
            check,
            GOAL,
            by="cpu",
        )


def _rules() -> list[Rule]:
    """Those of the catalogue, and one for each age from sixty on, up to the number."""
    versions = ItemVersion.objects.public(timezone.localdate()).order_by("item_id")
    given = [rule for version in versions if (rule := version.eligibility) is not None]
    aged = (parse({"fact": "age", "op": ">=", "value": age}) for age in count(60))
    return list(islice(chain(given, aged), RULES))
