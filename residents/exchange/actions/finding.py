"""Whom the rows of a portion mean, in a handful of queries: by number, by what was decided before, by likeness."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from common.names import pinyin_key
from community.governance.enums import Power
from community.governance.scopes import Scope
from residents.base.documents import is_certificate, read_document
from residents.base.enums import DocumentType
from residents.base.models import Occupancy, Person
from residents.exchange.enums import Fate
from residents.exchange.matching import MOST, Known, is_likely, score
from residents.exchange.models import ImportRow, MatchMemory

ELSEWHERE = _("此人登记在您范围以外的社区，请交给该社区的数据专员。")
Wanted = Sequence[tuple[ImportRow, dict[str, str]]]


@dataclass(slots=True)
class Finder:
    """`find` sets `person_id`, or `candidates`, or a fate that closes the row; else nobody is known."""

    source: str
    by: Scope

    def find(self, wanted: Wanted) -> None:
        self.by_number([(row, values) for row, values in wanted if values.get("id_number")])
        open_rows = [
            (r, v) for r, v in wanted if not r.person_id and not r.candidates and not r.fate
        ]
        self._by_memory(open_rows)
        unknown = [(r, v) for r, v in open_rows if not r.person_id and not r.fate]
        reach = Person.objects.visible_to(self.by, Power.IMPORT_DATA)
        self._by_likeness([(r, v) for r, v in unknown if not v.get("id_number")], reach)
        # Whoever has another number is somebody else; but a birth certificate is followed by a number.
        certificate = Q(document_type=DocumentType.BIRTH_CERTIFICATE)
        for is_born, others in ((False, certificate), (True, ~certificate)):
            wanted_here = [(r, v) for r, v in unknown if _has_number(v, is_born)]
            self._by_likeness(wanted_here, reach.filter(Q(id_index__isnull=True) | others))

    def by_number(self, wanted: Wanted) -> None:
        """The number names its holder; several holders (重号) are a question for a person."""
        holders: dict[bytes, list[Person]] = {}
        keys = [row.key for row, _values in wanted]
        found = Person.objects.filter(id_index__in=keys).select_related("community")
        for person in found.only("id", "id_index", "community__path").order_by("id"):
            holders.setdefault(bytes(person.id_index or b""), []).append(person)
        for row, _values in wanted:
            persons = holders.get(bytes(row.key or b""), [])
            here = [p for p in persons if self.by.covers(Power.IMPORT_DATA, p.community.path)]
            if len(persons) == 1 and here:
                row.person_id = here[0].pk
            elif here:
                row.candidates = [[str(person.pk), 100] for person in here]
            elif persons:
                row.fate, row.problems = Fate.ERROR, [[-1, ELSEWHERE]]

    def _by_memory(self, wanted: Wanted) -> None:
        keys = [row.key for row, _values in wanted]
        known = MatchMemory.objects.filter(source_id=self.source, key__in=keys)
        persons: dict[bytes, tuple[UUID | None, str]] = {
            bytes(key): (person, path or "")
            for key, person, path in known.values_list(
                "key", "person_id", "person__community__path"
            )
        }
        for row, _values in wanted:
            if (found := persons.get(bytes(row.key or b""))) is None:
                continue
            person, path = found
            if person is None:
                row.fate = Fate.LEFT_OUT
            elif self.by.covers(Power.IMPORT_DATA, path):
                row.person_id = person
            else:
                row.fate, row.problems = Fate.ERROR, [[-1, ELSEWHERE]]

    def _by_likeness(self, wanted: Wanted, among: QuerySet[Person]) -> None:
        names = {values["full_name"] for _row, values in wanted if values.get("full_name")}
        sounds = {name: pinyin_key(name).replace(" ", "") for name in names}
        known = _namesakes(among.filter(pinyin__in=set(sounds.values())))
        for row, said in wanted:
            values = _with_birth(said)
            scored = [
                (score(values, somebody), str(person_id))
                for person_id, somebody in known.get(
                    sounds.get(values.get("full_name", ""), ""), ()
                )
            ]
            likely = sorted((s for s in scored if is_likely(s[0], values)), reverse=True)[:MOST]
            row.candidates = [[person_id, points] for points, person_id in likely]


def candidates_of(row: ImportRow) -> dict[UUID, int]:
    """Who may be meant and the points of each; of entries that were merged since, the one to which they lead."""
    told = {UUID(person_id): points for person_id, points in row.candidates}
    merged = Person.objects.filter(pk__in=told, merged_into__isnull=False)
    leads = dict(merged.values_list("pk", "merged_into_id"))
    found: dict[UUID, int] = {}
    for pk, points in told.items():
        found.setdefault(leads.get(pk, pk), points)
    return found


def _has_number(values: dict[str, str], is_born: bool) -> bool:
    """Whether a row has a number, that of a birth certificate or another."""
    number = values.get("id_number", "")
    return bool(number) and is_certificate(number) == is_born


def _with_birth(values: dict[str, str]) -> dict[str, str]:
    """The number gives the birthday where the row is silent."""
    born = read_document(values.get("id_number", "")).birth_on
    return {"birth_on": born.isoformat()} | values if born else values


def _namesakes(found: QuerySet[Person]) -> dict[str, list[tuple[UUID, Known]]]:
    """What is known of these persons, by the sound of the name."""
    persons = list(found.select_related("detail").order_by("id"))
    doors: dict[UUID, list[str]] = {}
    ties = Occupancy.objects.filter(person__in=[p.pk for p in persons], to_on__isnull=True)
    for person_id, address in ties.values_list("person_id", "dwelling__address"):
        doors.setdefault(person_id, []).append(address)
    known: dict[str, list[tuple[UUID, Known]]] = {}
    for person in persons:
        detail = getattr(person, "detail", None)
        written = [detail.actual_address, detail.registered_address] if detail else []
        somebody = Known(
            person.full_name,
            person.birth_on.isoformat() if person.birth_on else "",
            person.sex,
            person.phone or "",
            tuple(text for text in (*written, *doors.get(person.pk, [])) if text),
        )
        known.setdefault(person.pinyin, []).append((person.pk, somebody))
    return known
