"""Lists of persons from other systems: all or nothing, and as often as one likes."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from residents.base.actions.register import load_persons
from residents.base.enums import DocumentType, Relation
from residents.base.models import Household, HouseholdMember, Person
from tests.factories.governance import CommunityFactory, StreetFactory, UnitFactory
from tests.factories.residents import HouseholdFactory, PersonFactory, household
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db

# The fictitious persons of the domain notes, with valid check digits.
MAN, WOMAN = "150302198501010011", "150302195203150020"


@pytest.fixture
def community() -> Any:
    return CommunityFactory()


@pytest.fixture
def family(community: Any) -> list[dict[str, Any]]:
    return [
        {
            "full_name": "张伟民",
            "id_number": MAN,
            "sex": "1",
            "birth_on": "1985-01-01",
            "phone": "154 0000 1234",
            "ethnic_group": "01",
            "community": community.code,
            "household": {"number": "H1", "relation": "02"},
        },
        {
            "full_name": "乌力吉・其其格",
            "birth_on": "2026-01-09",
            "sex": "女",
            "community": community.code,
            "household": {"number": "H1", "relation": "30"},
        },
    ]


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Load these rows, or a file with this text; gives what the command prints."""

    def run(rows: object, **options: Any) -> str:
        path = tmp_path / "persons.json"
        path.write_text(rows if isinstance(rows, str) else json.dumps(rows), encoding="utf-8")
        out = StringIO()
        call_command("load_persons", str(path), stdout=out, **options)
        return out.getvalue()

    return run


@pytest.fixture
def refused(load: Any) -> Any:
    """Load rows that must be refused; gives the complaints, and makes sure that nothing was written."""

    def run(rows: object) -> str:
        before = Person.objects.count(), Household.objects.count()
        complaints = StringIO()
        with pytest.raises(CommandError, match="Nothing was written"):
            load(rows, stderr=complaints)
        assert before == (Person.objects.count(), Household.objects.count())
        return complaints.getvalue()

    return run


def test_a_family_comes_in_with_every_derived_column(
    load: Any, family: list[dict[str, Any]]
) -> None:
    assert load(family).startswith("2 persons and 1 households added")
    man = Person.objects.with_number(MAN).get()
    assert (man.id_number, man.phone, man.sex) == (MAN, "15400001234", "1")
    assert man.provenance["phone"][0] == "import"
    for text in ("伟民", "zwm", "15400001234", MAN[-6:]):
        assert man in Person.objects.all().matching(text)
    baby = Person.objects.get(full_name="乌力吉·其其格")
    assert (baby.document_type, baby.id_index, baby.sex) == (DocumentType.NONE, None, "2")
    relations = HouseholdMember.objects.filter(household__number="H1").values_list(
        "relation", flat=True
    )
    assert sorted(relations) == [Relation.HEAD, Relation.DAUGHTER]


def test_the_same_file_again_writes_nothing(load: Any, family: list[dict[str, Any]]) -> None:
    load(family)
    entries = AuditEntry.objects.count()
    assert load(family) == "0 persons and 0 households added, 2 already there.\n"
    assert Person.objects.count() == 2
    assert AuditEntry.objects.count() == entries


def test_a_longer_file_adds_only_who_is_new(load: Any, family: list[dict[str, Any]]) -> None:
    load(family)
    wife = family[0] | {
        "full_name": "李秀英",
        "id_number": WOMAN,
        "sex": "2",
        "birth_on": "1952-03-15",
        "phone": "",
    }
    wife["household"] = {"number": "H1", "relation": "52"}
    assert load([*family, wife]).startswith("1 persons and 0 households added, 2 already there")
    assert Household.objects.get(number="H1").members.count() == 3


def test_who_is_known_keeps_what_the_base_knows(load: Any, community: Any) -> None:
    known = PersonFactory(full_name="张卫民", community=community, id_number=MAN)
    load([{"full_name": "张伟民", "id_number": MAN, "community": community.code}])
    known.refresh_from_db()
    assert known.full_name == "张卫民"


def test_fifteen_digits_and_lower_case_are_read_as_people_write_them(
    load: Any, community: Any
) -> None:
    load([{"full_name": "王建国", "id_number": "15030420000229004x", "community": community.code}])
    load([{"full_name": "赵玉兰", "id_number": "150302850101001", "community": community.code}])
    assert {str(person.id_number)[-1] for person in Person.objects.all()} == {"X", "1"}


@sweeps(load_persons)
def test_a_person_may_live_in_a_stairwell(load: Any, community: Any) -> None:
    unit = UnitFactory(community=community)
    load([{"full_name": "张伟民", "id_number": MAN, "place": unit.code}])
    person = Person.objects.get()
    assert (person.place, person.community) == (unit, community)


def test_one_wrong_row_refuses_the_whole_file(refused: Any, family: list[dict[str, Any]]) -> None:
    family[1]["birth_on"] = "2026-02-30"
    assert "row 2, birth_on" in refused(family)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"full_name": " "}, "row 1, full_name"),
        ({"full_name": "长" * 61}, "row 1, full_name"),
        ({"id_number": "150302198501010012"}, "row 1, id_number"),
        ({"id_number": "15030219850101001"}, "row 1, id_number"),
        ({"sex": "2"}, "row 1, sex"),
        ({"sex": "x"}, "row 1, sex"),
        ({"birth_on": "1985-01-02"}, "row 1, birth_on"),
        ({"id_number": "", "birth_on": ""}, "row 1, birth_on"),
        ({"phone": "110"}, "row 1, phone"),
        ({"ethnic_group": "99"}, "row 1, ethnic_group"),
        ({"community": "150302999999"}, "row 1, community"),
        ({"community": ""}, "row 1, community"),
        ({"household": {"number": "H9", "relation": "10"}}, "row 1, household.relation"),
        ({"household": {"number": "", "relation": "02"}}, "row 1, household.number"),
        ({"household": {"number": "H9", "relation": "xx"}}, "row 1, household.relation"),
        ({"household": "H9"}, "row 1, household"),
        ({"bank": "1"}, "row 1, bank"),
    ],
)
def test_each_field_is_checked_by_itself(
    refused: Any, family: list[dict[str, Any]], change: dict[str, Any], complaint: str
) -> None:
    assert complaint in refused([family[0] | change])


def test_a_place_above_the_community_is_no_home(refused: Any, family: list[dict[str, Any]]) -> None:
    street = StreetFactory(usual=True)
    assert "row 1, place" in refused([family[0] | {"place": street.code}])


def test_two_rows_are_not_one_person(refused: Any, family: list[dict[str, Any]]) -> None:
    assert "row 2, id_number" in refused([family[0], family[0] | {"full_name": "张三"}])


def test_a_household_has_one_head_in_one_community(
    refused: Any, family: list[dict[str, Any]]
) -> None:
    two = family[0] | {
        "full_name": "李秀英",
        "id_number": WOMAN,
        "sex": "2",
        "birth_on": "1952-03-15",
    }
    assert "row 2, household.relation" in refused([family[0], two])
    two |= {"household": {"number": "H1", "relation": "52"}, "community": CommunityFactory().code}
    assert "row 2, household.number" in refused([family[0], two])


def test_a_household_of_the_base_takes_no_second_head(
    refused: Any, family: list[dict[str, Any]]
) -> None:
    home = household(PersonFactory())
    row = family[0] | {
        "community": home.community.code,
        "household": {"number": home.number, "relation": "02"},
    }
    assert "row 1, household.relation" in refused([row])


def test_a_known_head_does_not_found_a_household_in_passing(
    refused: Any, family: list[dict[str, Any]]
) -> None:
    PersonFactory(id_number=MAN)
    assert "row 2, household.number" in refused(family)


def test_a_household_number_of_elsewhere_is_refused(
    refused: Any, family: list[dict[str, Any]]
) -> None:
    HouseholdFactory(number="H1")
    assert "household.number" in refused(family)


def test_errors_never_repeat_what_is_wrong(refused: Any, family: list[dict[str, Any]]) -> None:
    family[0] |= {"id_number": "150302198501010012", "phone": "15400009999999"}
    text = refused(family)
    assert "150302198501010012" not in text
    assert "1540000" not in text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("{", "not JSON"), ('{"full_name": "x"}', "a list"), ("[1]", "1 errors")],
)
def test_a_file_of_another_shape_is_refused(load: Any, content: str, complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        load(content)


def test_a_missing_file_and_an_unknown_source_are_told_plainly(load: Any, community: Any) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_persons", "nowhere.json")
    with pytest.raises(CommandError, match="1 errors"):
        load(
            [{"full_name": "张伟民", "id_number": MAN, "community": community.code}],
            source="nobody",
        )
