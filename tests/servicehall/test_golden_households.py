"""政策找人 against 300 households whose answers were made by hand: nobody missed, nobody told wrongly."""

from copy import copy, deepcopy
from datetime import UTC, date, datetime

import pytest

from servicehall.cases import actions, reasons
from servicehall.cases.models import Proposal
from tests.factories.governance import CommunityFactory
from tests.factories.servicehall import item_version
from tests.servicehall import golden

pytestmark = pytest.mark.django_db
ITEMS = ("W2-06", "W3-02", "W4-02", "W4-03", "W4-04", "W4-05", "W4-06", "W5-02")
OF_AGE = {"W2-06", "W4-04", "W4-05", "W4-06"}
OF_REGISTER = {"W4-02", "W4-03", "W4-04", "W5-02"}
Answers = set[tuple[str, str, str]]  # person, item, entitled or unclear


@pytest.fixture(scope="module")
def data():
    return golden.read()


@pytest.fixture(autouse=True, scope="module")
def whole(ground, data):
    return golden.Town(data, CommunityFactory(), {code: item_version(code) for code in ITEMS})


@pytest.fixture
def town(whole, db):
    found = copy(whole)
    found.versions = deepcopy(whole.versions)
    return found


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def wanted(data, day) -> Answers:
    """What the engine has to say on a day: the answers."""
    found = set()
    for home, one in golden.people(data):
        if home["day"] == day:
            found |= {(one["id"], code, how) for code, how in one["answer"].items()}
    return found


def told(town) -> Answers:
    names = {pk: name for name, pk in town.ids.items()}
    rows = Proposal.objects.waiting().values_list("person_id", "item_id", "is_certain")
    return {(names[pk], code, "entitled" if sure else "unclear") for pk, code, sure in rows}


def of_day(data, day, answers: Answers) -> Answers:
    there = {one["id"] for home, one in golden.people(data) if home["day"] == day}
    return {answer for answer in answers if answer[0] in there}


def differing(data, expected: Answers, got: Answers) -> str:
    """The persons and their facts, for whoever has to judge who is right."""
    facts = {one["id"]: (home["about"], one) for home, one in golden.people(data)}
    lines = [("missed", *each) for each in expected - got] + [
        ("found", *each) for each in got - expected
    ]
    return "\n".join(f"{line} {facts[line[1]]}" for line in sorted(lines))


def test_the_set_is_what_it_claims_to_be(data):
    homes = data["households"]
    persons = [one for _home, one in golden.people(data)]
    assert len({home["id"] for home in homes}) == len(homes) == 300
    assert len({one["id"] for one in persons}) == len(persons)
    answers = [each for one in persons for each in one["answer"].items()]
    assert {code for code, _how in answers} == set(ITEMS)
    assert {how for _code, how in answers} == {"entitled", "unclear"}
    assert sum(not one["answer"] for one in persons) > 100, "most of the people get nothing"


def test_every_item_finds_exactly_whom_it_should_on_every_day(data, town):
    for day in sorted({home["day"] for home in data["households"]}):
        actions.propose(now=noon(day))
        expected, got = wanted(data, day), of_day(data, day, told(town))
        assert got == expected, f"{day}\n{differing(data, expected, got)}"


def slips(rule):
    """Every rule that differs from this one by one slip: a figure, a value, a word or a test left out."""
    if "fact" not in rule:
        ((word, parts),) = rule.items()
        for at, part in enumerate(parts):
            if len(parts) > 1:
                yield {word: parts[:at] + parts[at + 1 :]}
            yield from ({word: [*parts[:at], slip, *parts[at + 1 :]]} for slip in slips(part))
        return
    value = rule["value"]
    if isinstance(value, bool):
        yield rule | {"value": not value}
    elif isinstance(value, int):
        most = 4 if rule["fact"] == "disability_level" else 200
        yield from (rule | {"value": each} for each in (value - 1, value + 1) if each <= most)
    elif isinstance(value, list):
        yield from (rule | {"value": [each for each in value if each != gone]} for gone in value)
    if "unknown" in rule:
        yield {key: rule[key] for key in ("fact", "op", "value")}


@pytest.mark.parametrize("code", ITEMS)
def test_the_set_notices_every_slip_in_a_rule(data, town, code):
    actions.propose(now=noon(data["day"]))
    right, version = told(town), town.versions[code]
    rule = deepcopy(version.content["eligibility"]["rule"])
    for slip in slips(rule):
        version.content["eligibility"]["rule"] = slip
        version.save(update_fields=["content"])
        actions.propose(now=noon(data["day"]), only_changed=True)
        assert told(town) != right, slip


def test_who_is_found_reads_why_and_who_is_unclear_what_is_missing(data, town):
    facts = {town.ids[one["id"]]: (home, one) for home, one in golden.people(data)}
    actions.propose(now=noon(data["day"]))
    rows = list(Proposal.objects.waiting().select_related("version", "person"))
    lines = reasons.explained(rows, data["day"])
    assert len(lines) == len(rows) > 300
    for line in lines:
        row, why = line.proposal, line.why
        home, one = facts[row.person_id]
        assert why.fits is (True if row.is_certain else None), one["id"]
        missing = set()
        if row.item_id in OF_AGE and one["born"] is None:
            missing.add("年龄")
        if row.item_id in OF_REGISTER and one["hukou"] == "unknown" and "hukou" not in home:
            missing.add("本地户籍")
        assert set(why.missing) == missing, (one["id"], row.item_id)
        assert why.reasons or missing, (one["id"], row.item_id)


def test_a_changed_age_changes_the_set_by_those_between_and_by_nobody_else(data, town):
    day, born = data["day"], {one["id"]: one["born"] for _home, one in golden.people(data)}
    actions.propose(now=noon(day))
    before = told(town)
    version = town.versions["W4-04"]
    version.content["eligibility"]["rule"]["all"][0]["value"] = 90
    version.save(update_fields=["content"])
    done = actions.propose(now=noon(day), only_changed=True)
    too_young = {
        answer
        for answer in before
        if answer[1] == "W4-04" and (day_of := born[answer[0]]) and day_of > date(1936, 11, 25)
    }
    assert (done.items, done.found, done.lapsed) == (["W4-04"], 0, len(too_young))
    assert told(town) == before - too_young
    left = {answer for answer in told(town) if answer[1] == "W4-04"}
    assert {how for _who, _code, how in left} == {"entitled", "unclear"}, "the old and the unknown"
