"""Systems of departments: what they send goes the way of a file, and they hear what became of it."""

import random
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import audit, sealing
from accounts.models import AuditEntry
from common.errors import Invalid
from common.ids import uuid7
from community.governance.actions import end_post
from community.governance.actions.tokens import make_token
from community.governance.enums import ApiScope, Role
from community.governance.models import Post
from notifications.models import WebhookDelivery
from residents.base.actions import Statement, say
from residents.base.attributes import ATTRIBUTES
from residents.base.looks import looks
from residents.base.models import ConflictTicket, Person, PersonDetail
from residents.exchange.actions import deciding, receiving, settling, working
from residents.exchange.actions.pulling import changes_since
from residents.exchange.actions.pushing import push
from residents.exchange.models import ExchangeFigure, FieldEntitlement, ImportBatch, ImportRow
from tests.api.conftest import program as program  # noqa: PLC0414  a fixture
from tests.factories.data import load_exchange, load_sources
from tests.factories.exchange import official
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    DistrictFactory,
    StreetFactory,
    staff,
)
from tests.factories.notifications import WebhookEndpointFactory
from tests.factories.residents import PersonFactory
from tests.residents.importing import number
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
BATCHES = "exchange/batches"
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="module")
def _exchange(ground):
    load_sources()
    load_exchange()


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path


@pytest.fixture
def community():
    return CommunityFactory(name="青山社区")


@pytest.fixture
def labour():
    return official("human_resources")


@pytest.fixture
def system(program, labour):
    return program(labour)


@pytest.fixture
def clerk(community):
    return staff(Role.DATA_CLERK, CommunityOfficeFactory(place=community.parent.parent))


@pytest.fixture
def person(community):
    return PersonFactory(
        full_name="张伟民",
        birth_on=date(1985, 1, 1),
        id_number=number(1),
        community=community,
        provenance={},
    )


def row(serial: int = 1, **more: Any) -> dict[str, str]:
    return {"full_name": "张伟民", "id_number": number(serial), "employment": "10"} | more


def body(*rows: dict[str, Any], as_of: str = "2026-06-01") -> dict[str, Any]:
    return {"as_of": as_of, "rows": list(rows)}


def work() -> None:
    while working.work(now=timezone.now()):
        pass


def pushed(system, *rows: dict[str, Any], as_of: str = "2026-06-01") -> str:
    """Sent, accepted, and gone through by the machine as far as it goes alone."""
    answer = system.post(BATCHES, body(*rows, as_of=as_of))
    assert answer.status_code == 202, answer.content
    work()
    return str(answer.json()["id"])


def spoken(person, source, as_of=date(2026, 5, 1), **values):
    return say(
        [Statement(person.pk, values, as_of)], source=source, by=audit.SYSTEM, now=timezone.now()
    )


def statements(system, batch):
    found: dict[tuple[int, str], Any] = {}
    for item in system.get(f"{BATCHES}/{batch}/statements").json()["items"]:
        found |= {(item["row"], word["attribute"]): word for word in item["attributes"]}
    return found


def pull(system, since=None, **more):
    sealing.seal(now=timezone.now())
    query = {"since": since} if since else {}
    answer = system.get("exchange/changes", **query, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()


# --- sending ------------------------------------------------------------------------------------------
def test_rows_go_the_way_of_a_file_into_the_base(system, labour, community, person):
    answer = system.post(BATCHES, body(row(), row(2, full_name="李秀英", community="青山社区")))
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert answer["Location"] == f"/api/v1/{BATCHES}/{told['id']}"
    assert (told["state"], told["rows"], told["source"]) == ("checking", 2, "human_resources")
    work()
    told = system.get(f"{BATCHES}/{told['id']}").json()
    assert (told["state"], told["counts"]) == ("applied", {"fill": 1, "new": 1})
    detail = PersonDetail.objects.get(person=person)
    assert detail.employment == "10"
    assert detail.provenance["employment"] == ["human_resources", "2026-06-01", told["id"]]
    new = Person.objects.get(full_name="李秀英")
    assert new.community == community
    entry = AuditEntry.objects.get(action="import.pushed")
    assert (entry.user_id, entry.body_id) == (labour.user_id, labour.body_id)


def test_each_row_says_what_became_of_it_and_what_to_do_and_repeats_no_value(system, person):
    spoken(person, "counter", phone="13800005678")
    rows = (row(phone="15400000001"), row(2, employment="ZZ"), row(phone="15400000001"))
    batch = pushed(system, *rows)
    answer = system.get(f"{BATCHES}/{batch}/rows")
    items = answer.json()["items"]
    assert [(each["row"], each["fate"]) for each in items] == [
        (1, "conflict"),
        (2, "error"),
        (3, "repeat"),
    ]
    assert items[1]["problems"][0]["field"] == "employment"
    assert "重新报送" in items[1]["todo"]
    assert "第1行" in items[2]["problems"][0]["message"]
    assert items[0]["person"]
    for value in (number(1), number(2), "15400000001", "张伟民", "ZZ"):
        assert value not in answer.content.decode()
    errors = system.get(f"{BATCHES}/{batch}/rows", fate="error").json()["items"]
    assert [each["row"] for each in errors] == [2]


def test_rows_come_in_pages(system):
    batch = pushed(system, *(row(n, employment="ZZ") for n in range(1, 6)))
    first = system.get(f"{BATCHES}/{batch}/rows", size=3).json()
    rest = system.get(f"{BATCHES}/{batch}/rows", size=3, after=first["next"]).json()
    assert [r["row"] for r in first["items"] + rest["items"]] == [1, 2, 3, 4, 5]
    assert rest["next"] is None


def test_a_number_without_a_birthday_does_not_stop_the_batch(system, community):
    baby = {"full_name": "张小宝", "id_number": "A123456789", "birth_on": "2026-05-01", "sex": "2"}
    batch = pushed(system, baby | {"community": "青山社区"}, row(2, community="青山社区"))
    assert system.get(f"{BATCHES}/{batch}").json()["counts"] == {"new": 2}
    kept = Person.objects.get(full_name="张小宝")
    assert (kept.birth_on, kept.sex) == (date(2026, 5, 1), "2")
    assert kept.document_type == "birth_certificate"


def test_an_unknown_field_is_refused_with_the_list_of_known_ones(system):
    answer = system.post(BATCHES, body(row(), row(2, religion="x")))
    assert answer.status_code == 422
    (text,) = answer.json()["errors"]["rows.1.religion"]
    assert all(key in text for key in ATTRIBUTES)
    assert not ImportBatch.objects.exists()


def test_no_column_of_a_batch_or_a_row_can_be_set_from_outside(system, settings):
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (1000, 60))
    columns = {f.attname for m in (ImportBatch, ImportRow) for f in m._meta.concrete_fields}
    columns |= {f.attname for f in Person._meta.concrete_fields} | {"source"}
    for name in sorted(columns - {"as_of"}):
        answer = system.post(BATCHES, body(row()) | {name: "police"})
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [name])
    for name in sorted(columns - set(ATTRIBUTES) - {"community"}):
        answer = system.post(BATCHES, body(row() | {name: "1"}))
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [f"rows.0.{name}"])
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    "rows", [[], [{}], [{"full_name": " "}], ["x"], [{"full_name": 1}], [{"full_name": "a\x00"}]]
)
def test_rows_of_a_strange_shape_are_refused(system, rows):
    answer = system.post(BATCHES, {"as_of": "2026-06-01", "rows": rows})
    assert answer.status_code == 422
    assert all(name.startswith("rows") for name in answer.json()["errors"])


def test_a_day_to_come_is_refused(system):
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    answer = system.post(BATCHES, body(row(), as_of=day))
    assert (answer.status_code, answer.json()["code"]) == (422, "as_of_future")


def test_how_many_rows_one_call_may_hold_is_data(system):
    ExchangeFigure.objects.filter(code="rows_a_push").update(value=2)
    answer = system.post(BATCHES, body(row(1), row(2), row(3)))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_rows")
    assert system.post(BATCHES, body(row(1), row(2))).status_code == 202


def test_a_department_may_push_only_so_often(system, settings):
    settings.API_LIMITS = settings.API_LIMITS | {"push": (1, 3600)}
    assert system.post(BATCHES, body(row(1))).status_code == 202
    answer = system.post(BATCHES, body(row(2)))
    assert answer.status_code == 429
    assert answer["Retry-After"]


def test_the_same_key_sends_once(system, settings):
    key = str(uuid.uuid4())
    first, again = (system.post(BATCHES, body(row()), key=key) for _time in range(2))
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (202, 202)
    assert ImportBatch.objects.count() == 1
    assert len([p for p in settings.UPLOAD_DIR.rglob("*") if p.is_file()]) == 1
    other = system.post(BATCHES, body(row(2)), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_batch_under_another_key_is_known_and_of_another_day_is_news(
    system, settings, person
):
    pushed(system, row())
    before = [Person.objects.get(pk=person.pk).changed_at, ConflictTicket.objects.count()]
    again = system.post(BATCHES, body(row()))
    assert (again.status_code, again.json()["code"]) == (409, "batch_known")
    assert len([p for p in settings.UPLOAD_DIR.rglob("*") if p.is_file()]) == 1
    assert [Person.objects.get(pk=person.pk).changed_at, ConflictTicket.objects.count()] == before
    assert system.post(BATCHES, body(row(), as_of="2026-07-01")).status_code == 202


def test_whoever_is_not_certain_waits_for_the_data_clerk(system, clerk, person):
    likely = {"full_name": "张伟民", "birth_on": "1985-01-01", "employment": "10"}
    batch = pushed(system, likely)
    told = system.get(f"{BATCHES}/{batch}").json()
    assert (told["state"], told["counts"]) == ("checked", {"decide": 1})
    waiting = ImportRow.objects.visible_to(clerk).undecided().get()
    deciding.decide(waiting.pk, str(person.pk), by=clerk, now=timezone.now())
    receiving.apply(uuid.UUID(batch), by=clerk, now=timezone.now())
    work()
    assert system.get(f"{BATCHES}/{batch}").json()["state"] == "applied"
    assert PersonDetail.objects.get(person=person).employment == "10"


def test_the_data_clerk_can_read_and_undo_what_a_program_sent(system, clerk, person, client_for):
    batch = pushed(system, row())
    desk = client_for(clerk)
    page = desk.get(reverse("exchange:imports")).content.decode()
    assert batch in page
    assert "接口报送<" in page
    for name in ("import", "import-rows", "import-remarks"):
        assert desk.get(reverse(f"exchange:{name}", args=[batch])).status_code == 200, name
    receiving.undo(uuid.UUID(batch), by=clerk, now=timezone.now())
    work()
    assert system.get(f"{BATCHES}/{batch}").json()["state"] == "undone"
    assert not PersonDetail.objects.filter(person=person, employment="10").exists()


def test_persons_of_another_district_are_out_of_reach(system):
    far = CommunityFactory(parent=StreetFactory(parent=DistrictFactory()))
    PersonFactory(full_name="张伟民", id_number=number(1), community=far)
    batch = pushed(system, row())
    (item,) = system.get(f"{BATCHES}/{batch}/rows").json()["items"]
    assert item["fate"] == "error"
    assert not PersonDetail.objects.filter(employment="10").exists()


@sweeps(end_post, push)
def test_an_ended_post_brings_nothing_in(system, labour, person):
    assert system.post(BATCHES, body(row())).status_code == 202
    end_post(
        Post.objects.get(pk=labour.post_id),
        ended_on=timezone.localdate(),
        by=audit.SYSTEM,
        now=timezone.now(),
    )
    work()
    assert ImportBatch.objects.get().state == "received"
    assert not PersonDetail.objects.filter(person=person).exists()


# --- who may ------------------------------------------------------------------------------------------
def test_another_department_and_another_district_find_nothing(system, program, person):
    batch = pushed(system, row())
    others = (official("civil_affairs"), official("human_resources", DistrictFactory()))
    for other in others:
        stranger = program(other)
        for path in ("", "/rows", "/statements"):
            there = stranger.get(f"{BATCHES}/{batch}{path}")
            nowhere = stranger.get(f"{BATCHES}/{uuid7()}{path}")
            assert (there.status_code, there.content) == (404, nowhere.content)
        assert stranger.get(BATCHES).json()["items"] == []


def test_a_colleague_of_the_same_department_reads_the_batch(system, program, labour, person):
    batch = pushed(system, row())
    body_of = Post.objects.get(pk=labour.post_id).body
    colleague = program(staff(Role.DEPARTMENT_OFFICIAL, body_of))
    assert [b["id"] for b in colleague.get(BATCHES).json()["items"]] == [batch]


def test_only_departments_exchange(program, clerk):
    for scope in (clerk, staff(Role.WINDOW_CLERK), staff(Role.LEADER)):
        caller = program(scope)
        assert caller.post(BATCHES, body(row())).status_code == 403
        assert caller.get("exchange/changes").status_code == 403


@sweeps(make_token)
def test_a_department_without_a_system_speaks_for_none(program):
    caller = program(official("culture"))
    answer = caller.post(BATCHES, body(row()))
    assert (answer.status_code, answer.json()["code"]) == (403, "no_source")
    assert caller.get("exchange/changes").json()["code"] == "no_source"


def test_the_scopes_of_a_token_tell_sending_from_pulling(program, labour):
    sender, reader = program(labour, [ApiScope.DATA_PUSH]), program(labour, [ApiScope.DATA_PULL])
    assert sender.get("exchange/changes").json()["code"] == "scope_missing"
    assert reader.post(BATCHES, body(row())).json()["code"] == "scope_missing"
    assert reader.get("exchange/changes").status_code == 200
    assert sender.post(BATCHES, body(row())).status_code == 202


# --- what was kept and why --------------------------------------------------------------------------------
def test_a_statement_tells_of_each_attribute_whether_it_is_kept_and_why(system, person):
    spoken(person, "police", sex="1")
    spoken(person, "counter", phone="13800005678")
    spoken(person, "civil_affairs", bank_card="9990330000000000129", as_of=date(2026, 7, 1))
    spoken(person, "human_resources", employment="30")
    batch = pushed(
        system,
        row(sex="1", phone="13300005678", pension="1", bank_card="9990330000000000202"),
    )
    found = statements(system, batch)
    because = {key: (word["is_kept"], word["because"]) for (_row, key), word in found.items()}
    assert because["employment"] == (True, "updated")
    assert because["pension"] == (True, "filled")
    assert because["sex"] == (True, "same")
    assert because["phone"] == (False, "disputed")
    assert because["bank_card"] == (False, "better_source")
    assert found[1, "phone"]["ticket"]["state"] == "open"
    assert found[1, "bank_card"]["source"] == "civil_affairs"
    assert found[1, "bank_card"]["as_of"] == "2026-07-01"


def test_a_statement_holds_no_value_of_another_source(system, person):
    spoken(person, "counter", phone="13800005678")
    batch = pushed(system, row(phone="13300005678"))
    text = system.get(f"{BATCHES}/{batch}/statements").content.decode()
    assert "13300005678" in text
    assert "13800005678" not in text


def test_the_sender_of_a_clash_reads_how_it_was_settled(system, clerk, person):
    spoken(person, "counter", phone="13800005678")
    batch = pushed(system, row(phone="13300005678"))
    ticket = ConflictTicket.objects.open().get()
    settling.settle(ticket.pk, source="counter", note="核对本人手机", by=clerk, now=timezone.now())
    word = statements(system, batch)[1, "phone"]
    assert (word["is_kept"], word["because"], word["source"]) == (False, "decided", "decision")
    assert word["ticket"]["note"] == "核对本人手机"
    FieldEntitlement.objects.filter(attribute="phone").delete()
    assert statements(system, batch)[1, "phone"]["ticket"]["note"] == ""


def test_a_later_word_of_the_department_itself_is_named(system, person):
    first = pushed(system, row())
    pushed(system, row(employment="40"), as_of="2026-07-01")
    word = statements(system, first)[1, "employment"]
    assert (word["is_kept"], word["because"]) == (False, "own_later")


def test_what_is_not_in_the_base_has_no_statement(system, clerk, person):
    batch = pushed(system, row())
    receiving.undo(uuid.UUID(batch), by=clerk, now=timezone.now())
    work()
    (item,) = system.get(f"{BATCHES}/{batch}/statements").json()["items"]
    assert (item["attributes"], item["person"]) == ([], None)


# --- what has changed -------------------------------------------------------------------------------------
def test_changes_are_those_of_known_persons_and_entitled_attributes(system, person, community):
    stranger = PersonFactory(community=community)
    start = pull(system)["next"]
    pushed(system, row())
    spoken(person, "counter", phone="13800005678")
    spoken(person, "civil_affairs", aid_status="1")  # not for human resources
    spoken(stranger, "counter", phone="13800005679")
    told = pull(system, start)
    values = [
        (i["id_number"], v["attribute"], v["value"]) for i in told["items"] for v in i["values"]
    ]
    assert values == [
        (number(1), "employment", "10"),
        (number(1), "phone", "13800005678"),
    ]
    assert told["items"][1]["values"][0]["source"] == "counter"
    assert told["more"] is False
    assert pull(system, told["next"])["items"] == []


def test_the_number_of_a_person_goes_only_to_those_who_may_have_it(system, person):
    pushed(system, row())
    FieldEntitlement.objects.filter(body_key="human_resources", attribute="id_number").delete()
    answer = pull(system)
    assert [each["id_number"] for each in answer["items"]] == [None]
    assert number(1) not in str(answer)


def test_two_departments_know_a_person_by_different_keys(system, program, person):
    health = program(official("health"))
    pushed(system, row())
    pushed(health, {"full_name": "张伟民", "id_number": number(1), "phone": "13300005678"})
    keys = {pull(caller)["items"][0]["person"] for caller in (system, health)}
    assert len(keys) == 2


def test_whoever_moved_to_another_district_is_no_longer_told(system, person):
    pushed(system, row())
    far = CommunityFactory(parent=StreetFactory(parent=DistrictFactory()))
    Person.objects.filter(pk=person.pk).update(community=far, place=far)
    assert pull(system)["items"] == []


@sweeps(changes_since)
def test_the_person_sees_that_it_went_to_the_department(system, person, community):
    pushed(system, row())
    stranger = PersonFactory(community=community)
    spoken(stranger, "counter", phone="13800005679")
    pull(system)
    entry = AuditEntry.objects.of_person(person.pk).get(action="person.exported")
    look = looks([entry], uuid7())[0]
    assert "human_resources" in look.who
    assert "就业状况" in look.fields
    assert not AuditEntry.objects.of_person(stranger.pk).filter(action="person.exported")


def test_reading_costs_the_same_for_one_and_for_many(system, count_queries):
    def known(serials):
        start = pull(system)["next"]
        pushed(system, *(row(n, full_name=f"张{n}", community="青山社区") for n in serials))
        pushed(
            system, *(row(n, full_name=f"张{n}", pension="1") for n in serials), as_of="2026-07-01"
        )
        sealing.seal(now=timezone.now())
        return count_queries(lambda: system.get("exchange/changes", since=start))

    CommunityFactory(name="青山社区")
    assert known([1]) == known(range(2, 12))


def test_a_spoiled_or_foreign_cursor_is_refused(system):
    batch = pushed(system, *(row(n, employment="ZZ") for n in range(1, 4)))
    foreign = system.get(f"{BATCHES}/{batch}/rows", size=1).json()["next"]
    for cursor in ("x", foreign):
        answer = system.get("exchange/changes", since=cursor)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("seed", range(5))
def test_no_order_of_commits_lets_a_reader_miss_a_change(system, community, seed):
    """Entries get their ids when they are written and appear when their transaction ends, in any order; the reader
    comes between. Rows that are not visible yet are played by rows that are not yet written, with lower ids."""
    rng = random.Random(seed)
    people = [PersonFactory(community=community, id_number=number(n)) for n in range(1, 25)]
    for each in people:
        spoken(each, "human_resources", employment="10")
    sealing.seal(now=timezone.now())
    told = pull(system)
    assert len(told["items"]) == len(people)

    ids = list(range(10**9, 10**9 + len(people)))
    rng.shuffle(ids)  # in which order their transactions end
    seen: list[str] = []
    position = told["next"]
    for person, entry_id in zip(people, ids, strict=True):
        AuditEntry.objects.create(
            id=entry_id,
            at=timezone.now(),
            action="person.changed",
            person_id=person.pk,
            place_path=community.path,
            detail={"fields": ["employment"]},
        )
        if rng.random() < 0.5:
            sealing.seal(now=timezone.now(), limit=rng.randint(1, 4))
        if rng.random() < 0.5:
            answer = system.get("exchange/changes", since=position, size=rng.randint(1, 3)).json()
            seen += [each["id_number"] for each in answer["items"]]
            position = answer["next"]
    while sealing.seal(now=timezone.now()):
        pass
    while True:
        answer = system.get("exchange/changes", since=position, size=7).json()
        seen += [each["id_number"] for each in answer["items"]]
        position = answer["next"]
        if not answer["more"]:
            break
    assert sorted(seen) == sorted(str(each.id_number) for each in people)


# --- telling the systems ---------------------------------------------------------------------------------
def heard(endpoint):
    found = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("id")
    return list(found.values_list("event", "payload"))


def listening(key, path="/150300/150302/"):
    events = ["batch.applied", "conflict.opened", "conflict.settled"]
    return WebhookEndpointFactory(body_key=key, place_path=path, events=events)


def test_the_sender_hears_that_its_batch_is_in_and_of_clashes_and_their_end(system, clerk, person):
    own, far = listening("human_resources"), listening("human_resources", "/150300/150399/")
    other = listening("health")
    spoken(person, "counter", phone="13800005678")
    batch = pushed(system, row(phone="13300005678"))
    ticket = ConflictTicket.objects.open().get()
    assert heard(own) == [
        (
            "batch.applied",
            {"batch": batch, "source": "human_resources", "counts": {"conflict": 1}},
        ),
        (
            "conflict.opened",
            {
                "batch": batch,
                "source": "human_resources",
                "attribute": "phone",
                "answers": "",
                "count": 1,
                "tickets": [str(ticket.pk)],
            },
        ),
    ]
    settling.settle(ticket.pk, source="counter", note="核对", by=clerk, now=timezone.now())
    event, payload = heard(own)[-1]
    assert (event, payload["outcome"], payload["batch"]) == ("conflict.settled", "overruled", batch)
    (item,) = system.get(f"{BATCHES}/{batch}/rows").json()["items"]
    assert payload["person"] == item["person"]
    assert heard(far) == heard(other) == []


def test_whoever_answers_for_an_attribute_hears_of_a_clash_about_it(system, person):
    insurance = listening("healthcare_security")
    spoken(person, "counter", medical_insurance="1")
    pushed(system, row(medical_insurance="2"))
    assert [event for event, _payload in heard(insurance)] == ["conflict.opened"]


def test_a_settlement_that_fails_tells_nobody(system, clerk, person):
    own = listening("human_resources")
    spoken(person, "counter", phone="13800005678")
    pushed(system, row(phone="13300005678"))
    ticket = ConflictTicket.objects.open().get()
    with pytest.raises(Invalid):
        settling.settle(ticket.pk, source="counter", note=" ", by=clerk, now=timezone.now())
    assert "conflict.settled" not in [event for event, _payload in heard(own)]
