"""一件事 as data: which items stand on one form, from when and by what law; one writes it, another publishes it."""

import json
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from servicehall.cases.actions import start_family
from servicehall.catalogue import actions
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.actions.loading import DATA
from servicehall.catalogue.checking_bundles import check_bundle
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.models import Bundle
from servicehall.catalogue.transitions import VERSION
from tests.factories.governance import CommunityOfficeFactory, staff
from tests.factories.servicehall import hall, item_version
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 6, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
CODE, ITEMS = "disability", ["W4-03", "W4-02"]
S = VersionState


@pytest.fixture(autouse=True, scope="module")
def office(ground):
    """Two colleagues, and the items of the form that are in force."""
    for code in ("W4-01", "W4-02", "W4-03"):
        item_version(code)
    body = CommunityOfficeFactory()
    return staff(Role.DISTRICT_OFFICE, body), staff(Role.DISTRICT_OFFICE, body)


def say(bundle, by, **changed):
    seen = digest(bundle.content)
    return actions.save_bundle(bundle.pk, {**bundle.content, **changed}, seen=seen, by=by, now=NOW)


def published(office, day=TODAY, **changed):
    draft = say(actions.start_bundle_draft(CODE, by=office[0], now=NOW), office[0], **changed)
    actions.propose_bundle(draft.pk, day, by=office[0], now=NOW)
    return actions.publish_bundle(draft.pk, by=office[1], now=NOW)


def errors(content, offered=("W4-01", "W4-02", "W4-03")):
    return [str(fault.text) for fault in check_bundle(content, offered)]


@sweeps(
    *(actions.start_bundle_draft, actions.save_bundle, actions.propose_bundle),
    *(actions.publish_bundle, actions.take_bundle_back, actions.discard_bundle),
    actions.retire_bundle,
)
def test_a_new_version_takes_over_on_its_day_and_what_was_begun_keeps_its_name(office):
    old = Bundle.objects.get(code=CODE)
    assert old.basis
    new = published(office, TODAY + timedelta(days=9), items=ITEMS)
    for day, current in ((8, old), (9, new)):
        assert Bundle.objects.public(TODAY + timedelta(days=day)).get(code=CODE) == current
    assert new.items == ITEMS  # in the order in which they are asked
    done = AuditEntry.objects.filter(action__startswith="catalogue.bundle_").order_by("id")
    assert [entry.action.rpartition("_")[2] for entry in done] == [
        *("drafted", "saved", "proposed", "published"),
    ]
    with pytest.raises(NotAllowed, match="later_version"):
        actions.retire_bundle(CODE, TODAY, by=office[0], now=NOW)
    assert actions.take_bundle_back(new.pk, by=office[0], now=NOW).state == S.DRAFT
    actions.discard_bundle(new.pk, by=office[0], now=NOW)

    place = hall("W4-02")
    family = start_family(old, ITEMS, applicant=place.applicant, by=place.resident, now=place.now)
    actions.retire_bundle(CODE, TODAY, by=office[0], now=NOW)
    assert Bundle.objects.public(TODAY).filter(code=CODE).exists()
    assert not Bundle.objects.public(TODAY + timedelta(days=1)).filter(code=CODE).exists()
    later = NOW + timedelta(days=1)
    with pytest.raises(Conflict, match="not_in_force"):
        actions.retire_bundle(CODE, later.date(), by=office[0], now=later)
    assert type(family).objects.get(pk=family.pk).version == old


@pytest.mark.parametrize(("state", "verb"), list(product(S.values, Verb.values)))
def test_every_cell_of_the_table(office, state, verb):
    first, second = office
    draft = actions.start_bundle_draft(CODE, by=first, now=NOW)
    day = TODAY + timedelta(days=2)
    Bundle.objects.filter(code=CODE, number=1).update(valid_to=day)
    Bundle.objects.filter(pk=draft.pk).update(state=state, valid_from=day)
    acts = {
        Verb.SAVE: lambda: say(draft, first, basis="新的依据"),
        Verb.PROPOSE: lambda: actions.propose_bundle(draft.pk, day, by=first, now=NOW),
        Verb.SEND_BACK: lambda: actions.send_bundle_back(draft.pk, "改", by=second, now=NOW),
        Verb.PUBLISH: lambda: actions.publish_bundle(draft.pk, by=second, now=NOW),
        Verb.TAKE_BACK: lambda: actions.take_bundle_back(draft.pk, by=first, now=NOW),
        Verb.DISCARD: lambda: actions.discard_bundle(draft.pk, by=first, now=NOW),
    }
    rule = VERSION[Verb(verb)]
    if state not in rule.sources:
        with pytest.raises(Conflict):
            acts[Verb(verb)]()
        return
    acts[Verb(verb)]()
    assert list(Bundle.objects.filter(pk=draft.pk).values_list("state", flat=True)) == (
        [rule.to] if rule.to else []
    )


@sweeps(actions.send_bundle_back)
def test_nobody_publishes_his_own_and_nobody_without_the_power_does_anything(office):
    draft = actions.start_bundle_draft(CODE, by=office[0], now=NOW)
    assert actions.start_bundle_draft(CODE, by=office[1], now=NOW) == draft
    actions.propose_bundle(draft.pk, TODAY, by=office[1], now=NOW)
    for by in office:
        with pytest.raises(NotAllowed, match="second_person"):
            actions.publish_bundle(draft.pk, by=by, now=NOW)
    clerk = staff(Role.LEADER)
    for act in (
        lambda: actions.start_bundle("more", draft.content, by=clerk, now=NOW),
        lambda: actions.start_bundle_draft(CODE, by=clerk, now=NOW),
        lambda: actions.publish_bundle(draft.pk, by=clerk, now=NOW),
        lambda: actions.retire_bundle(CODE, TODAY, by=clerk, now=NOW),
    ):
        with pytest.raises(NotAllowed, match="no_power"):
            act()
    assert not Bundle.objects.visible_to(clerk).exists()
    third = staff(Role.SYSTEM_ADMIN)
    sent = actions.send_bundle_back(draft.pk, "改", by=third, now=NOW)
    assert (sent.state, sent.note) == (S.DRAFT, "改")


def test_a_broken_form_is_found_before_a_resident_finds_it(office, client_for):
    sound = Bundle.objects.get(code=CODE).content
    assert errors(sound) == []
    for changed, words in (
        ({"name": {"zh": "", "en": "x"}}, "还没有填"),
        ({"short": {"zh": "甲", "en": ""}}, "没有英文"),
        ({"basis": ""}, "依据"),
        ({"items": ["W4-01"]}, "两个事项"),
        ({"items": ["W4-01", "W4-01"]}, "写了两次"),
        ({"items": ["W4-01", "W9-01"]}, "W9-01现在不能办"),
    ):
        assert [text for text in errors({**sound, **changed}) if words in text], words
    draft = say(actions.start_bundle_draft(CODE, by=office[0], now=NOW), office[0], basis="")
    with pytest.raises(NotAllowed, match="has_errors"):
        actions.propose_bundle(draft.pk, TODAY, by=office[0], now=NOW)

    # An item of a form in use is not retired; where one is gone all the same, the list says so.
    with pytest.raises(NotAllowed, match="in_bundle"):
        actions.retire("W4-01", TODAY, by=office[0], now=NOW)
    today = timezone.localdate()
    item_version("W4-01").item.versions.update(valid_to=today)
    page = client_for(office[0]).get(reverse("catalogue:bundles")).content.decode()
    assert "W4-01现在不能办" in page
    actions.retire_bundle(CODE, TODAY, by=office[0], now=NOW)
    actions.retire_bundle("newborn", TODAY, by=office[0], now=NOW)
    assert actions.retire("W4-02", TODAY, by=office[0], now=NOW).valid_to


@sweeps(actions.start_bundle)
def test_an_official_makes_one_and_a_colleague_publishes_it(office, client_for):
    desk, colleague = client_for(office[0]), client_for(office[1])
    new = reverse("catalogue:bundle-new")
    given = {"code": "two-subsidies", "name_zh": "两项补贴一起办", "name_en": "Both subsidies"}
    assert desk.post(new, given | {"code": "new"}).status_code == 422
    assert desk.post(new, given | {"code": CODE}).status_code == 422
    assert desk.post(new, given | {"item_0": "W4-02"}).status_code == 302
    url = reverse("catalogue:bundle", args=["two-subsidies"])
    page = desk.get(url)
    assert "至少要有两个事项" in page.content.decode()
    given = {
        "name_zh": "两项补贴一起办",
        "name_en": "Both subsidies",
        "short_zh": "两项补贴一次填完。",
        "short_en": "Both on one form.",
        "basis": "国发〔2015〕52号",
        "item_0": "W4-03",
        "item_3": "W4-02",
        "seen": page.context["seen"],
    }
    assert colleague.post(url, given).status_code == 302
    stale = desk.post(url, given | {"basis": "别的"})
    assert stale.status_code == 422
    assert "别人改过" in stale.content.decode()
    assert "别的" in stale.content.decode()
    bundle = Bundle.objects.get(code="two-subsidies")
    assert (bundle.items, bundle.basis) == (ITEMS, "国发〔2015〕52号")

    def act(who, verb, **more):
        sent = reverse("catalogue:bundle-act", args=["two-subsidies", verb])
        return who.post(sent, {"number": 1, **more})

    assert act(desk, "propose", day="2020-01-01").status_code == 422
    today = str(page.context["day_form"].initial["day"])
    assert act(desk, "propose", day=today).status_code == 302
    assert "另一位同事" in desk.get(url).content.decode()
    third = client_for(staff(Role.SYSTEM_ADMIN))
    assert act(third, "send-back", note="").status_code == 422
    act(third, "publish")
    assert "在用" in third.get(url).content.decode()
    assert act(third, "start").status_code == 302
    assert Bundle.objects.filter(code="two-subsidies").count() == 2
    act(third, "discard")  # of the page of version 1
    assert Bundle.objects.filter(code="two-subsidies").count() == 2


def test_it_travels_with_the_catalogue_as_a_draft(office):
    published(office, items=ITEMS)
    file = json.loads(actions.export_items(by=office[0], now=NOW))
    carried = {each["content"]["code"]: each["content"] for each in file["bundles"]}
    assert carried[CODE]["items"] == ITEMS
    Bundle.objects.filter(code=CODE, number=2).delete()

    def sent():
        return actions.import_items(json.dumps(file).encode(), by=office[0], now=NOW)

    fates = {each.code: each.fate for each in sent() if each.page == "catalogue:bundle"}
    assert fates == {CODE: "changed", "newborn": "same"}
    draft = Bundle.objects.get(code=CODE, state=S.DRAFT)
    assert (draft.number, draft.items) == (2, ITEMS)
    assert {each.fate for each in sent() if each.code == CODE} == {"same"}
    say(draft, office[0], basis="这里的")
    assert {each.fate for each in sent() if each.code == CODE} == {"busy"}
    file["bundles"][0]["content"]["items"] = ["W4-01"]
    with pytest.raises(Invalid, match="file_changed"):
        sent()
    file["bundles"] = [{"content": {"code": "x"}, "sha256": digest({"code": "x"})}]
    file["bundles_sha256"] = digest(file["bundles"])
    assert [each.fate for each in sent() if each.page == "catalogue:bundle"] == ["refused"]
    del file["bundles"], file["bundles_sha256"]  # a file of an older installation
    assert not [each for each in sent() if each.page == "catalogue:bundle"]


def test_a_file_is_loaded_once_and_does_not_undo_what_people_published(office, tmp_path):
    (tmp_path / "items").mkdir()
    for name in ("windows.yaml", "limits.yaml", "rating.yaml", "bundles.yaml"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    (tmp_path / "negative.yaml").write_text("certificates: []")
    rows = yaml.safe_load((DATA / "bundles.yaml").read_text(encoding="utf-8"))

    def load(**changed):
        (tmp_path / "bundles.yaml").write_text(
            yaml.safe_dump(
                {"bundles": [{**row, **changed} for row in rows["bundles"] if row["code"] == CODE]},
                allow_unicode=True,
            )
        )
        actions.load_catalogue(tmp_path)
        return list(Bundle.objects.filter(code=CODE).order_by("number"))

    assert len(load()) == 1
    (mended,) = load(basis="国办发〔2024〕3号附件")
    assert mended.basis == "国办发〔2024〕3号附件"
    first, second = load(items=ITEMS, valid_from=TODAY)
    assert (first.valid_to, second.valid_from, second.items) == (TODAY, TODAY, ITEMS)
    published(office, TODAY, basis="本市的依据")
    assert [each.basis for each in load(basis="又改", valid_from=TODAY + timedelta(days=9))][
        -1
    ] == "本市的依据"
