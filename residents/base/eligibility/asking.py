"""Put to the database: the facts of some persons, and whom rules fit among all of them, in one statement.

The pieces are the ORM's; put together by hand, since only so each fact is worked out once, for all rules.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value

from residents.base.eligibility.ages import latest, whole
from residents.base.eligibility.facts import FACTS, KEPT, ties
from residents.base.eligibility.tree import Rule, Test, tests_of
from residents.base.models import Person, PersonFacts

Sql = tuple[str, list[Any]]  # a text with its parameters, in the order of the text
Verdict = bool | None  # None: not enough is known


def facts_of(
    persons: QuerySet[Person], keys: Collection[str], day: date
) -> dict[UUID, dict[str, Any]]:
    """The facts of a few persons; None is unknown."""
    try:
        text, parameters = _facts(persons, keys, few=True)
    except EmptyResultSet:  # nobody was asked for
        return {}
    return {
        pk: {key: _told(key, value, day) for key, value in zip(keys, values, strict=True)}
        for pk, *values in _rows(text, parameters)
    }


def _told(key: str, value: Any, day: date) -> Any:
    span = FACTS[key].span
    return value if span is None or value is None else whole(span, value, day)


Verdicts: TypeAlias = Iterator[tuple[UUID, Sequence[Verdict]]]


def matches(persons: QuerySet[Person], rules: Sequence[Rule], day: date) -> Verdicts:
    """Whom at least one rule fits, or might, with the verdict of each rule: one pass, whatever their number."""
    return _matches(_facts(persons, _asked(rules)), rules, day)


def kept_matches(rules: Sequence[Rule], day: date) -> Verdicts:
    """The same among all the living, off the facts that are kept: right after `refresh_facts`."""
    return _matches(_kept(_asked(rules)), rules, day)


def _asked(rules: Sequence[Rule]) -> list[str]:
    return sorted({test.fact for rule in rules for test in tests_of(rule)})


def _matches(facts: Sql, rules: Sequence[Rule], day: date) -> Verdicts:
    text, given = facts
    verdicts: list[str] = []
    parameters: list[Any] = []
    for number, rule in enumerate(rules):
        condition, values = _condition(rule, day)
        verdicts.append(f"{condition} AS r{number}")
        parameters += values
    wanted = " OR ".join(f"r{number} IS NOT FALSE" for number in range(len(rules)))
    # OFFSET 0 keeps what is inside whole: else each mention of a fact would work it out anew.
    sql = (
        f"SELECT * FROM (SELECT id, {', '.join(verdicts)} FROM ({text} OFFSET 0) facts OFFSET 0)"  # noqa: S608
        f" verdicts WHERE {wanted}"
    )
    for pk, *each in _rows(sql, [*parameters, *given]):
        yield pk, each


def fresh_facts(persons: QuerySet[Person]) -> Sql:
    """What PersonFacts keeps of these persons: its columns in the order of `KEPT`, as the base has them now."""
    return _facts(persons, list(KEPT.values()))


def _kept(keys: Collection[str]) -> Sql:
    """A row of facts for each of the living. What an app above knows is joined as ever."""
    columns, tables = ["kept.person_id AS id"], [f"{PersonFacts._meta.db_table} kept"]
    constants: list[Any] = []
    parameters: list[Any] = []
    for key in keys:
        fact = FACTS[key]
        if fact.kept:
            columns.append(f"kept.{fact.kept} AS fact_{key}")
            continue
        if fact.by_person is None:
            raise LookupError(key)
        text, values = fact.by_person().query.sql_with_params()
        tables.append(f"({text}) AS of_{key} (id, by_{key}) ON of_{key}.id = kept.person_id")
        parameters += values
        own = fact.own() if fact.own else Value(None)
        columns.append(f"COALESCE(by_{key}, %s) AS fact_{key}")
        constants.append(own.value)
    sql = f"SELECT {', '.join(columns)} FROM {' LEFT JOIN '.join(tables)}"  # noqa: S608
    return sql, [*constants, *parameters]


def _facts(persons: QuerySet[Person], keys: Collection[str], *, few: bool = False) -> Sql:
    """A row of facts for each person."""
    persons = persons.order_by()
    own = {f"own_{key}": fact() for key in keys if (fact := FACTS[key].own)}
    text, values = persons.annotate(**ties(), **own).values("id", *own).query.sql_with_params()
    columns, tables, parameters = ["persons.id"], [f"({text}) persons"], list(values)
    for key in keys:
        sources = [f"own_{key}"] if FACTS[key].own else []
        if by_person := FACTS[key].by_person:
            rows = by_person().filter(person__in=persons.values("pk")) if few else by_person()
            text, values = rows.query.sql_with_params()
            tables.append(f"({text}) AS of_{key} (id, by_{key}) ON of_{key}.id = persons.id")
            parameters += values
            sources.insert(0, f"by_{key}")
        columns.append(f"COALESCE({', '.join(sources)}) AS fact_{key}")
    return f"SELECT {', '.join(columns)} FROM {' LEFT JOIN '.join(tables)}", parameters  # noqa: S608


def _condition(rule: Rule, day: date) -> Sql:
    if isinstance(rule, Test):
        text, parameters = _test(rule, day)
        return (f"COALESCE({text}, FALSE)" if rule.no_if_unknown else text), parameters
    parts = [_condition(part, day) for part in rule.parts]
    parameters = [value for _text, values in parts for value in values]
    if rule.word == "not":
        return f"(NOT {parts[0][0]})", parameters
    between = " AND " if rule.word == "all" else " OR "
    return f"({between.join(text for text, _values in parts)})", parameters


def _test(test: Test, day: date) -> Sql:
    name, span = f"fact_{test.fact}", FACTS[test.fact].span
    among = test.value if isinstance(test.value, tuple) else (test.value,)
    if span is None:
        signs = ", ".join(["%s"] * len(among))
        return f"{name} {'IN' if test.op == 'in' else test.op} ({signs})", list(among)
    if test.op in {"=", "in"}:
        days = [(latest(span, n + 1, day), latest(span, n, day)) for n in map(int, among)]
        return (
            f"({' OR '.join([f'{name} > %s AND {name} <= %s'] * len(days))})",
            [each for pair in days for each in pair],
        )
    # At least n, or more than n: since that day or an earlier one. Less, or at most: since a later one.
    least = int(among[0]) + (test.op in {">", "<="})
    return f"{name} {'<=' if test.op[0] == '>' else '>'} %s", [latest(span, least, day)]


def _rows(sql: str, parameters: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        yield from cursor
