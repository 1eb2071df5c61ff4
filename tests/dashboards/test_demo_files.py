"""The lists of the four departments do what they are for: a data clerk finds one of everything in them."""

import io

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command

from accounts.models import User
from community.governance.enums import PlaceLevel, Role
from community.governance.models import Place
from dashboards.demo import accounts as demo_accounts, files
from residents.exchange.actions import receiving
from residents.exchange.enums import Fate
from tests.factories.data import load_sources
from tests.factories.governance import (
    CommunityFactory,
    CommunityOfficeFactory,
    StreetFactory,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.residents.importing import JUNE, NOW, receive, worked

pytestmark = pytest.mark.django_db
SOURCES = ("police", "civil_affairs", "human_resources", "health")


@pytest.fixture
def clerk(settings, tmp_path):
    settings.DEMO = True
    settings.UPLOAD_DIR = tmp_path / "uploads"
    load_sources()
    street = StreetFactory(code="150302001", name="凤凰岭街道")
    community = CommunityFactory(parent=street, code=files.COMMUNITY, name="墨香梨园社区")
    PersonFactory.create_batch(130, community=community)
    district = Place.objects.get(level=PlaceLevel.DISTRICT)
    return staff(Role.DATA_CLERK, CommunityOfficeFactory(place=district))


def test_each_list_is_read_and_has_its_own_faults(clerk, tmp_path):
    call_command("demo_files", str(tmp_path / "lists"), stdout=io.StringIO())
    found = {}
    for source, path in zip(SOURCES, _sorted(tmp_path / "lists"), strict=True):
        batch = receive(path.read_bytes(), clerk, source=source, as_of=JUNE, name=path.name)
        found[source] = (batch, {c["target"] for c in batch.columns if c["target"]})
        receiving.check(batch.pk, by=clerk, now=NOW)
        worked(batch)
    assert {"full_name", "id_number", "sex", "birth_on", "registered_address"} <= found["police"][1]
    assert found["police"][0].counts[Fate.ERROR] == 1
    assert found["police"][0].counts[Fate.REMARK] == 1
    civil, _targets = found["civil_affairs"]
    assert receiving.strange_codes(civil) == {"aid_status": ["城市低保"]}
    assert civil.counts[Fate.REPEAT] == 1
    assert found["human_resources"][0].counts[Fate.ERROR]
    assert found["health"][0].counts[Fate.DECIDE]
    assert any(column["refused"] for column in found["health"][0].columns)


def _sorted(folder):
    order = ("公安", "民政", "人社", "卫健")
    return sorted(folder.iterdir(), key=lambda path: order.index(path.name[:2]))


def test_the_same_seed_gives_the_same_lists(clerk, tmp_path):
    one, other = files.write(tmp_path / "a", seed=1), files.write(tmp_path / "b", seed=1)
    assert [p.read_bytes() for p in one[1::2]] == [p.read_bytes() for p in other[1::2]]


def test_without_the_city_there_are_no_lists(settings, tmp_path):
    settings.DEMO = True
    with pytest.raises(CommandError):
        call_command("demo_files", str(tmp_path))


def test_a_password_that_looks_like_its_account_is_drawn_again():
    """One installation in a hundred had one, and no demonstration."""
    for seed in range(400):
        for username in ("fenghuangling-street-head", "lasengzhong-street-head"):
            password = demo_accounts._password(seed, username)
            validate_password(password, User(username=username))
            assert password == demo_accounts._password(seed, username)
