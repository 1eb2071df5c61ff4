"""Rules and answers drawn by chance, with what computers like to get wrong: zeros, widths, long and strange numbers."""

import random
from typing import Any

from servicehall.catalogue import conditions

FIELDS = ("a", "b", "c", "toString")
VALUES = (
    *("x", "y", "", "0", "-0", "1", "1.0", "1.50", "1,200.5", "１２", "-3", "9007199254740993",
      "9007199254740992"),
    *("0.1", "0.100000", "1e3", "1.1234567", " 7", "二", "2026-03-01", "2026-02-30", "2025-12-31", "２０２６-03-01",
      "yes"),
)  # fmt: skip
COMPARABLE = tuple(
    v for v in VALUES if conditions.DAY.fullmatch(v) or conditions.number_of(v) is not None
)


def random_rule(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    if depth < 3 and rng.random() < 0.45:
        word = rng.choice(("all", "any", "not"))
        if word == "not":
            return {"not": random_rule(rng, depth + 1)}
        return {word: [random_rule(rng, depth + 1) for _ in range(rng.randint(1, 3))]}
    field, op = rng.choice(FIELDS), rng.choice((*conditions.OPS, "situation"))
    if op == "situation":
        return {"situation": field, "values": rng.sample(VALUES, 2)}
    if op == "answered":
        return {"field": field, "op": op}
    if op == "in":
        return {"field": field, "op": op, "value": [*rng.sample(VALUES, 3), rng.randint(-3, 12)]}
    values = VALUES if op == "=" else COMPARABLE
    return {"field": field, "op": op, "value": rng.choice((*values, rng.randint(-3, 13)))}


def random_answers(rng: random.Random) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for field in FIELDS:
        kind = rng.random()
        if kind < 0.65:
            answers[field] = rng.choice(VALUES)
        elif kind < 0.8:
            answers[field] = rng.sample(VALUES, rng.randint(0, 3))
        elif kind < 0.87:
            answers[field] = rng.choice((None, 7, 0))
    return answers
