"""There is no act that no test sweeps (tests/sweeping.py), and the sweep sees what it is there for."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, transaction
from django.utils import timezone

import tests
from accounts import audit
from accounts.actions.users import choose_language
from common.uploads import CleanFile
from community.governance.actions import load_year
from dashboards.actions.facts import count_day
from residents.base.actions import bind_account
from residents.base.actions.care import load_care_kinds
from residents.base.actions.own_file import reveal_own
from residents.base.actions.sources import load_limits, load_sources
from residents.base.models import BaseLimit, SourceSystem
from residents.exchange.actions.setup import load_exchange
from residents.rights import actions as rights
from servicehall.cases import actions as cases
from servicehall.cases.actions.files import attach_answer
from servicehall.catalogue.actions import load_catalogue
from servicehall.documents.actions import load_documents
from servicehall.publicity.actions import load_publicity
from servicehall.supervision.actions import load_supervision
from tests.factories.accounts import UserFactory
from tests.factories.governance import CommunityFactory, resident_scope
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import hall, item_version
from tests.sweeping import SWEPT, sweep, sweeping, sweeps

# What opens a transaction, or is offered, and yet is no act of its own.
OTHERS = {
    "reads or reckons": (
        "community.governance.places.read_places",
        *("residents.base.columns.name_columns", "residents.base.columns.number_columns"),
        *("residents.base.columns.phone_columns", "residents.base.saying.foresee"),
        *("servicehall.cases.filing.is_proxy", "servicehall.cases.looking.offers"),
        "servicehall.cases.batches.look_ahead",
        *("servicehall.catalogue.bundling.offered", "servicehall.catalogue.versions.benefit_kinds"),
        *("servicehall.cases.papers.open_paper", "servicehall.catalogue.versions.known_now"),
        *("servicehall.documents.comparing.is_same_file", "servicehall.documents.texts.seen_of"),
    ),
    "is part of the transaction of whoever calls it": (
        *(
            "accounts.users.open_account",
            "residents.base.bulk.write",
            "residents.base.people.enter",
        ),
        "residents.rights._core.look",
        *("servicehall.cases.filing.forget_drafts", "servicehall.cases.papers.forget_papers"),
        *("residents.base.guarding.guard_reveal", "residents.base.guarding.raise_alarm"),
        *("residents.base.merging_ties.hand_over", "residents.base.moving.new_household"),
        *("servicehall.aftercare.following.follow", "servicehall.cases._core.check_conflict"),
        *(
            "servicehall.cases.clock.publicise_claimed",
            "servicehall.cases.clock.end_publicity_claimed",
        ),
        "servicehall.cases.recomputing.tell_offices",
        *("servicehall.documents.issuing.issue", "servicehall.documents.issuing.issue_for"),
        "servicehall.documents.mandates.follow_mandate",
    ),
    "looks first, and then does one act that is swept": ("servicehall.cases.filing.open_draft",),
    "sets a city up, before anybody works there": ("community.governance.places.load_places",),
    "is rolled back in any case": ("residents.base.rehearsing.rehearse",),
    "writes one row, in one statement": (
        *("community.governance.tokens.use_token", "notifications.signs.beat"),
    ),
    "is many transactions on purpose, and goes on where it was": (
        *(
            "dashboards.facts.recount",
            "residents.base.mending.fix",
            "residents.exchange.staging.stage",
        ),
        *("servicehall.cases.batches.go_on", "servicehall.cases.clock.end_publicity_by_itself"),
        *("servicehall.supervision.climbing.sweep", "servicehall.cases.rerouting.reroute_barred"),
    ),
}


def acts() -> dict[str, Callable[..., Any]]:
    """What the `actions` of an app offer, and whatever in them opens a transaction, by name."""
    found: dict[str, Callable[..., Any]] = {}
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.actions") is None:
            continue
        package = importlib.import_module(f"{config.name}.actions")
        offered = {getattr(package, name) for name in getattr(package, "__all__", ())}
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            for name, value in vars(module).items():
                if _is_own(module, name, value) and (value in offered or _opens(value)):
                    found[f"{config.name}.{info.name}.{name}"] = value
    return found


def _is_own(module: ModuleType, name: str, value: Any) -> bool:
    is_function = inspect.isfunction(value) and not name.startswith("_")
    return is_function and value.__module__ == module.__name__


def _opens(act: Callable[..., Any]) -> bool:
    return "atomic(" in inspect.getsource(act)


def test_every_act_of_every_app_is_swept():
    for path in sorted(Path(tests.__file__).parent.rglob("test_*.py")):
        name = path.relative_to(Path(tests.__file__).parents[1]).with_suffix("")
        importlib.import_module(".".join(name.parts))
    known = acts()
    others = {name for names in OTHERS.values() for name in names}
    assert len(known) > 200
    assert {name for name, act in known.items() if act not in SWEPT} - others == set()
    assert others - set(known) == set()
    assert {name for name in others if known[name] in SWEPT} == set()


# --- the sweep itself -----------------------------------------------------------------------------
def two_rows() -> None:
    SourceSystem.objects.create(code="a", name="a")
    SourceSystem.objects.create(code="b", name="b")


@pytest.mark.django_db
def test_the_sweep_sees_what_stays_and_what_is_passed_over():
    with pytest.raises(pytest.fail.Exception, match="2 of x failed and something stayed"):
        sweep("x", two_rows)
    SourceSystem.objects.all().delete()
    assert sweep("x", transaction.atomic(two_rows)) == (None, True)
    assert sweep("x", SourceSystem.objects.count) == (2, False)

    def careless() -> None:
        try:
            SourceSystem.objects.count()
        except OperationalError:
            return

    with pytest.raises(pytest.fail.Exception, match="passed over"):
        sweep("x", careless)


@pytest.mark.django_db
def test_a_story_that_does_not_come_to_its_act_is_no_sweep():
    with pytest.raises(pytest.fail.Exception, match="did not come to"), sweeping(load_sources):
        pass


# --- acts without a short story elsewhere ---------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    "load",
    [
        *(load_care_kinds, load_sources, load_exchange, rights.load_rights, load_documents),
        *(load_publicity, load_supervision),
    ],
    ids=lambda load: load.__name__,
)
def test_a_data_file_is_loaded_whole_or_not_at_all(load: Callable[[], Any]):
    assert sweep(load.__name__, load)[1]


@pytest.mark.django_db
def test_the_figures_of_the_base_are_loaded_whole_or_not_at_all():
    load_sources()
    BaseLimit.objects.all().delete()
    assert sweep("load_limits", load_limits)[1]


SWEPT.update({load_care_kinds, load_sources, load_exchange, rights.load_rights, load_documents})
SWEPT.update({load_publicity, load_supervision, load_limits})


@pytest.mark.django_db
@sweeps(load_catalogue, count_day)
def test_a_catalogue_and_the_figures_of_a_day():
    item_version()
    place = hall()
    place.filed(now=place.now - timedelta(days=1))
    count_day(timezone.localdate(place.now) - timedelta(days=1), now=place.now)


@pytest.mark.django_db
@sweeps(choose_language, bind_account, load_year, attach_answer)
def test_small_acts_that_other_tests_take_through_their_pages(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    now, by = timezone.now(), audit.SYSTEM
    load_year(2031, {date(2031, 1, 1): (False, "元旦")}, source="测试", by=by, now=now)
    user = UserFactory(resident=True)
    choose_language(user, "en", by=by, now=now)
    bind_account(PersonFactory(), user, by=by, now=now)
    place = hall()
    item = {"key": "income", "title": "收入证明", "what": "近三个月流水"}
    case = cases.ask_supplement(place.filed().pk, items=[item], by=place.clerk, now=now)
    content = b"%PDF-"
    file = CleanFile(content, "pdf", 1, len(content), "0" * 64, "a.pdf")
    attach_answer(case.pk, "income", file, by=place.resident, now=now)


@pytest.mark.django_db
@sweeps(reveal_own, rights.withdraw_correction)
def test_somebody_reads_his_own_number_and_takes_a_correction_back():
    rights.load_rights()
    load_sources()
    person = PersonFactory(community=CommunityFactory(), account=True)
    by, now = resident_scope(person.account), timezone.now()
    reveal_own("id_number", by=by, now=now)
    asked = rights.file_correction(
        person.pk, "phone", "13900001111", reason="换号了", by=by, now=now
    )
    assert rights.withdraw_correction(asked.pk, by=by, now=now).state == "withdrawn"
