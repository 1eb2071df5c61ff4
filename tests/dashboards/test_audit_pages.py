"""审计日志: an auditor reads what happened in his places, in plain words, and changes nothing."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit, sealing
from accounts.audit import SYSTEM, Acting
from accounts.models import AuditEntry, AuditSeal, User
from community.governance.enums import Role
from community.governance.scopes import Scope
from dashboards import audit_words
from servicehall.catalogue.actions import bundling, versions
from servicehall.documents.actions import texts
from tests.factories.accounts import UserFactory
from tests.factories.governance import (
    CityFactory,
    CommunityFactory,
    DistrictFactory,
    GovernmentFactory,
    StreetFactory,
    staff,
)
from tests.factories.servicehall import hall
from tests.signing_in import client_for

pytestmark = pytest.mark.django_db
TRAIL = reverse("dashboards:audit")


@pytest.fixture
def auditor() -> Scope:
    return staff(Role.AUDITOR)


@pytest.fixture
def city_auditor() -> Scope:
    return staff(Role.AUDITOR, GovernmentFactory(place=CityFactory()))


def happened(action: str, **given: Any) -> AuditEntry:
    """Written to the trail as the machine does it, unless `given` says more."""
    values: dict[str, Any] = {"by": SYSTEM, "now": timezone.now()} | given
    with transaction.atomic():
        audit.record(action, **values)
    return AuditEntry.objects.latest("id")


def account(scope: Scope) -> User:
    assert scope.user_id is not None
    return User.objects.get(pk=scope.user_id)


def page_of(entry: AuditEntry) -> str:
    return reverse("dashboards:audit-entry", args=[entry.pk])


def shown(who: Scope, **query: Any) -> set[int]:
    return {line.entry.pk for line in client_for(who).get(TRAIL, query).context["lines"]}


# --- reach --------------------------------------------------------------------------------------


def test_an_auditor_reads_his_district_and_no_other(auditor: Scope, city_auditor: Scope) -> None:
    here = happened("case.viewed", place_path=CommunityFactory().path)
    abroad = CommunityFactory(parent=StreetFactory(parent=DistrictFactory()))
    there = happened("case.viewed", place_path=abroad.path)
    client = client_for(auditor)
    assert here.pk in shown(auditor)
    assert there.pk not in shown(auditor)
    assert client.get(page_of(here)).status_code == 200
    assert client.get(page_of(there)).status_code == 404
    assert {here.pk, there.pk} <= shown(city_auditor)


def test_what_has_no_place_belongs_to_the_body_that_acted(
    auditor: Scope, city_auditor: Scope
) -> None:
    clerk = staff(Role.WINDOW_CLERK)
    own = happened("post.chosen", by=clerk)
    other = happened(
        "post.chosen", by=staff(Role.LEADER, GovernmentFactory(place=DistrictFactory()))
    )
    bare = happened("session.opened", by=Acting(user_id=clerk.user_id))
    assert own.pk in shown(auditor)
    assert not {other.pk, bare.pk} & shown(auditor)
    assert {own.pk, other.pk, bare.pk} <= shown(city_auditor)
    assert client_for(auditor).get(page_of(bare)).status_code == 404


@pytest.mark.parametrize(
    "role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.LEADER, Role.STATION_DIRECTOR]
)
def test_nobody_else_reads_the_trail(role: Role) -> None:
    scope = staff(role)
    entry = happened("post.chosen", by=scope)
    assert client_for(scope).get(TRAIL).status_code == 403
    assert client_for(scope).get(page_of(entry)).status_code == 403


def test_the_auditor_changes_nothing(auditor: Scope) -> None:
    """No page takes anything from him, and the pages about people and rights are closed."""
    entry = happened("post.chosen", by=auditor)
    client = client_for(auditor)
    for address in (TRAIL, page_of(entry)):
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(address).status_code == 405
        assert (
            'method="post"'
            not in client.get(address).content.decode().split("<main")[1].split("</main")[0]
        )
    for name in ("users", "user-new", "posts", "bodies", "messages"):
        assert client.get(reverse(f"dashboards:{name}")).status_code == 403


# --- filters ------------------------------------------------------------------------------------


def test_the_last_week_is_shown_until_other_days_are_asked_for(auditor: Scope) -> None:
    now, today = timezone.now(), timezone.localdate()
    path = CommunityFactory().path
    recent = happened("case.viewed", place_path=path, now=now)
    old = happened("case.viewed", place_path=path, now=now - timedelta(days=20))
    assert recent.pk in shown(auditor)
    assert old.pk not in shown(auditor)
    day = (today - timedelta(days=20)).isoformat()
    assert shown(auditor, first=day, last=day) == {old.pk}


@pytest.mark.parametrize(
    "query",
    [
        {"first": "2026-02-31"},
        {"first": "2026-03-02", "last": "2026-03-01"},
        {"first": "2024-01-01", "last": "2026-03-01"},
        {"action": "everything"},
        {"person": "x"},
    ],
)
def test_a_question_that_is_not_clear_gets_no_answer(auditor: Scope, query: dict[str, str]) -> None:
    entry = happened("post.chosen", by=auditor)
    answer = client_for(auditor).get(TRAIL, query)
    assert answer.status_code == 422
    assert page_of(entry) not in answer.content.decode()


def test_by_action_and_by_account(auditor: Scope) -> None:
    clerk = staff(Role.WINDOW_CLERK)
    path = CommunityFactory().path
    mine = happened("person.viewed", by=clerk, place_path=path)
    other = happened("person.revealed", by=staff(Role.WINDOW_CLERK), place_path=path)
    name = account(clerk).username
    assert mine.pk in shown(auditor, username=name)
    assert other.pk not in shown(auditor, username=name)
    assert shown(auditor, action="person.revealed") == {other.pk}
    assert shown(auditor, username="nobody") == set()


def test_residents_are_not_found_by_their_account(city_auditor: Scope) -> None:
    resident = UserFactory(resident=True)
    happened("session.opened", by=Acting(user_id=resident.pk))
    assert shown(city_auditor, username=resident.username) == set()


def test_by_the_number_of_a_case(auditor: Scope) -> None:
    here = hall()
    case, other = here.accepted(), here.filed()
    spaced = f"{case.number[:4]} {case.number[4:]}"
    found = client_for(auditor).get(TRAIL, {"number": spaced}).context["lines"]
    assert [line.entry.action for line in found] == ["case.accept", "case.file"]
    assert {line.number for line in found} == {case.number}
    assert other.number not in {line.number for line in found}
    assert shown(auditor, number="1503000000000000") == set()


def test_pages_follow_each_other_without_gap_or_repeat(auditor: Scope) -> None:
    path = CommunityFactory().path
    made = {happened("case.viewed", place_path=path).pk for _entry in range(60)}
    client = client_for(auditor)
    first = client.get(TRAIL, {"action": "case.viewed"})
    after = first.context["page"].next
    second = client.get(TRAIL, {"action": "case.viewed", "after": after})
    pages = [[line.entry.pk for line in page.context["lines"]] for page in (first, second)]
    assert len(pages[0]) == 50
    assert sorted(pages[0] + pages[1]) == sorted(made)
    assert client.get(TRAIL, {"after": "nonsense"}).status_code == 200


# --- in words -----------------------------------------------------------------------------------


def test_a_resident_is_a_mark_and_never_a_name(auditor: Scope) -> None:
    here = hall()
    case = here.filed()
    entry = AuditEntry.objects.get(action="case.file", target_id=str(case.pk))
    client = client_for(auditor)
    for page in (TRAIL, page_of(entry)):
        text = client.get(page).content.decode()
        assert here.applicant.full_name not in text
        assert here.applicant.pk.hex[-8:] in text
        assert "居民本人" in text
    assert entry.pk in shown(auditor, person=str(here.applicant.pk))


def test_an_entry_says_who_did_what_where_and_why(auditor: Scope) -> None:
    community = CommunityFactory(name="滨河社区")
    clerk = staff(Role.WINDOW_CLERK)
    user = account(clerk)
    entry = happened(
        "person.revealed",
        by=clerk,
        person_id=UUID(int=7),
        place_path=community.path + "01/",
        reason="居民来电核对",
        detail={"field": "id_number", "is_new": True, "unheard_of": ["a", None]},
    )
    text = client_for(auditor).get(page_of(entry)).content.decode()
    for said in (
        "显示完整证件号或电话", user.display_name, user.username, clerk.post_label,
        "滨河社区", "海北街道", "居民来电核对", "证件号码", "unheard_of", "待封存",
    ):  # fmt: skip
        assert said in text, said


def test_a_sealed_entry_shows_its_link(auditor: Scope) -> None:
    entry = happened("post.chosen", by=auditor)
    client = client_for(auditor)
    assert "还没有封存过" in client.get(TRAIL).content.decode()
    sealing.seal(now=timezone.now())
    entry.refresh_from_db()
    seal = AuditSeal.objects.get()
    text = client.get(page_of(entry)).content.decode()
    assert entry.chain is not None
    assert bytes(entry.chain).hex() in text.replace(" ", "")
    assert f"第 {entry.seal_no} 条" in text
    assert "尚未写入锚文件" in text
    assert f"已封存到第 {seal.last_no} 条" in client.get(TRAIL).content.decode()
    AuditSeal.objects.update(anchored_at=timezone.now())
    assert "已写入锚文件" in client.get(page_of(entry)).content.decode()


def test_a_longer_list_costs_no_more(auditor: Scope, count_queries: Any) -> None:
    client = client_for(auditor)
    path = CommunityFactory().path
    happened("case.viewed", by=auditor, place_path=path)
    client.get(TRAIL)
    few = count_queries(lambda: client.get(TRAIL))
    for _number in range(10):
        happened("case.viewed", by=staff(Role.WINDOW_CLERK), place_path=CommunityFactory().path)
    assert count_queries(lambda: client.get(TRAIL)) == few <= 10


# --- every code has its words -------------------------------------------------------------------


def recorded_codes() -> Iterator[str]:
    """The first argument of every call that writes to the trail, wherever it is written out."""
    for app in ("accounts", "community", "notifications", "residents", "servicehall", "dashboards"):
        for file in Path(settings.BASE_DIR, app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and _is_record(node.func):
                    first = node.args[0]
                    branches = (
                        [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                    )
                    for branch in branches:
                        if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                            yield from _whole(branch.value, node.func, file)


def _whole(code: str, func: ast.expr, file: Path) -> list[str]:
    """A version that people edit says only what happened to it; what it is a version of goes before that."""
    if "." in code:
        return [code]
    assert isinstance(func, ast.Attribute)
    owner = ast.unparse(func.value)
    if owner == "self":
        return [f"{life.prefix}{code}" for life in (versions.LIFE, bundling.LIFE, texts.LIFE)]
    name = ".".join(file.relative_to(settings.BASE_DIR).with_suffix("").parts)
    return [f"{attrgetter(owner)(import_module(name)).prefix}{code}"]


def _is_record(func: ast.expr) -> bool:
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return name in {"record", "_record"}


def test_every_recorded_action_has_words() -> None:
    codes = set(recorded_codes())
    assert {"post.ended", "message.sms_refused", "case.viewed"} <= codes
    assert {"catalogue.drafted", "catalogue.bundle_retired", "documents.text_imported"} <= codes
    assert sorted(codes - set(audit_words.ACTIONS)) == []


def test_the_start_pages_of_posts_exist() -> None:
    from community.governance.views.posts import START

    names = {name for _power, name in START}
    assert {"dashboards:audit", "dashboards:posts", "dashboards:users"} <= names
    for name in names:
        assert reverse(name)
