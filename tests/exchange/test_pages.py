"""The pages of the exchange as people meet them: proof before data leaves, a form that keeps what was typed."""

import json
from urllib.parse import quote

import pytest
from django.conf import settings as conf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts import step_up
from accounts.models import AuditEntry
from accounts.sessions import SessionStore
from community.governance.enums import Role
from community.governance.models import Body, Place
from residents.base.models import Person, PersonDetail
from residents.exchange import facts
from residents.exchange.actions import reports
from residents.exchange.enums import FormState, RunState
from residents.exchange.models import ExportRun, ReportForm
from residents.exchange.table_schema import table_schema
from tests.factories.data import load_exchange, load_sources
from tests.factories.exchange import asked, official, requested, template, worked
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    StationFactory,
    StreetFactory,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.signing_in import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def _exchange(ground):
    load_sources()
    load_exchange()


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path


@pytest.fixture
def community():
    return CommunityFactory(parent=StreetFactory())


@pytest.fixture
def person(community):
    person = PersonFactory(community=community)
    PersonDetail.objects.create(person=person, aid_status="1")
    return person


@pytest.fixture
def civil():
    return official("civil_affairs")


@pytest.fixture
def desk(civil):
    return client_for(civil)


@pytest.fixture
def form(community, civil, person):
    request = requested(civil, community)
    office = staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=community.parent.parent))
    reports.decide_request(request.pk, approve=True, note="", by=office, now=timezone.now())
    return request.forms.get()


def forget_the_proof(desk):
    store = SessionStore(desk.cookies[conf.SESSION_COOKIE_NAME].value)
    store.pop(step_up.VERIFIED_AT)
    store.save()


def test_a_department_asks_and_fetches_its_form(desk, community, person):
    new = reverse("exchange:export-new", args=[template().pk])
    data = {
        "place": community.code,
        "rows": "full",
        "recipient": "王科长",
        "purpose": "复核",
    }
    answer = desk.post(new, data)
    run = worked(ExportRun.objects.get())
    assert answer.url == reverse("exchange:export", args=[run.pk])
    assert "可以下载" in desk.get(answer.url).content.decode()
    file = desk.post(reverse("exchange:export-file", args=[run.pk]))
    assert file.content[:2] == b"PK"
    assert "no-store" in file["Cache-Control"]
    assert quote(run.file_name) in file["Content-Disposition"]
    assert person.full_name not in file["Content-Disposition"]


@pytest.mark.parametrize("page", ["export-new", "export-file", "export-decide"])
def test_whoever_has_not_proved_himself_lately_is_asked_first(desk, civil, community, person, page):
    run = worked(asked(civil, community))
    forget_the_proof(desk)
    key = run.template_id if page == "export-new" else run.pk
    answer = desk.post(reverse(f"exchange:{page}", args=[key]), {"decision": "approve"})
    assert answer.url.startswith(reverse("accounts:verify"))
    run.refresh_from_db()
    assert (run.fetches, run.state) == (0, RunState.READY)
    assert not AuditEntry.objects.filter(action="export.fetched").exists()


def test_the_schema_beside_a_file_tells_a_machine_its_columns(desk, civil, community, person):
    run = worked(asked(civil, community))
    schema = json.loads(desk.get(reverse("exchange:export-schema", args=[run.pk])).content)
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["年龄"]["type"] == "integer"
    assert fields["救助类别"]["constraints"] == {"enum": ["无", "低保", "低保边缘", "特困"]}
    assert schema["yizhan"]["headerRow"] == 3
    assert person.full_name not in json.dumps(schema, ensure_ascii=False)
    days = {f["name"]: f for f in table_schema(template("police_population").layout)["fields"]}
    assert days["出生日期"] == {
        "name": "出生日期",
        "type": "date",
        "format": "%Y%m%d",
        "yizhan:value": "birth_on",
    }


def test_a_community_fills_in_only_the_empty_cells(form, community, person):
    clerk = client_for(staff(Role.WINDOW_CLERK, StationFactory(place=community)))
    here = reverse("exchange:form", args=[form.pk])
    page = clerk.get(here).content.decode()
    assert page.count('class="control"') == 1
    assert person.id_number not in page
    assert clerk.post(here, {f"{person.pk}|answer:5": "两间", "submit": "1"}).status_code == 302
    form.refresh_from_db()
    assert form.state == FormState.FILLED


def test_a_form_that_is_refused_keeps_what_was_typed(form, community, person):
    Person.objects.filter(pk=person.pk).update(phone=None, phone_index=None)
    clerk = client_for(staff(Role.WINDOW_CLERK, StationFactory(place=community)))
    typed = {f"{person.pk}|answer:5": "两间", f"{person.pk}|phone": "不知道"}
    answer = clerk.post(reverse("exchange:form", args=[form.pk]), typed)
    assert answer.status_code == 422
    assert 'value="两间"' in answer.content.decode()
    assert 'value="不知道"' in answer.content.decode()
    assert f'href="#{person.pk}|phone">{person.full_name}' in answer.content.decode()
    assert ReportForm.objects.get().lines.count() == 0


def test_the_ledger_names_offices_in_the_language_of_the_reader(form, community, person):
    Body.objects.filter(pk=form.request.body_id).update(name_en="Civil Affairs Bureau")
    Place.objects.filter(pk=community.pk).update(name_en="Green Hill")
    clerk = staff(Role.WINDOW_CLERK, StationFactory(place=community))
    typed = {person.pk: {"answer:5": "两间"}}
    reports.save_form(form.pk, typed, by=clerk, now=timezone.now())
    reports.submit_form(form.pk, by=clerk, now=timezone.now())
    office = staff(Role.DISTRICT_OFFICE, CommunityOfficeFactory(place=community.parent.parent))
    for language, names in (("en", ("Civil Affairs Bureau", "Green Hill")), ("zh-hans", ())):
        with override(language):
            book = facts.ledger(office, timezone.localdate().year)
        found = (book.offices[0].body, book.communities[0].community)
        assert found == (names or (form.request.body.name, community.name))


def test_the_month_of_the_ledger_opens_the_list_that_adds_up_to_it(form, community, person):
    station = StationFactory(place=community)
    clerk = client_for(staff(Role.WINDOW_CLERK, station))
    here = reverse("exchange:form", args=[form.pk])
    clerk.post(here, {f"{person.pk}|answer:5": "两间", "submit": "1"})
    director = client_for(staff(Role.STATION_DIRECTOR, station))
    today = timezone.localdate()
    book = director.get(reverse("exchange:ledger")).context["offices"]
    (_n, minutes, url) = book[0]["months"][today.month - 1]
    listed = director.get(url).context
    assert minutes == listed["minutes"] == sum(f.minutes_spent for f in listed["page"].items) == 1
