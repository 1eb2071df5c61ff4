"""The life of an item's versions: written, proposed, published by a second person, replaced, retired."""

from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from servicehall.catalogue import actions, finding
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.actions.loading import DATA
from servicehall.catalogue.actions.versions import part_of
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.models import ItemVersion, ServiceItem
from servicehall.catalogue.transitions import VERSION
from servicehall.catalogue.wording import changes
from tests.factories.governance import CommunityOfficeFactory, DepartmentFactory, staff
from tests.factories.servicehall import JOBLESS, item_version
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 6, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
S = VersionState


@pytest.fixture(autouse=True, scope="module")
def office(ground):
    """Two colleagues of the community office, and the department that answers for the item."""
    version = item_version(JOBLESS)
    DepartmentFactory(key=version.department)
    body = CommunityOfficeFactory()
    return staff(Role.DISTRICT_OFFICE, body), staff(Role.DISTRICT_OFFICE, body)


def say(version, by, **parts):
    return actions.save_section(
        version.pk, parts, seen=digest(part_of(version.content, parts)), by=by, now=NOW
    )


def published(office, day=TODAY, now=NOW, **parts):
    first, second = office
    draft = say(actions.start_draft(JOBLESS, by=first, now=now), first, **parts)
    actions.propose(draft.pk, day, by=first, now=now)
    return actions.publish(draft.pk, by=second, now=now)


SHORT = {"zh": "没有工作的，先登记。", "en": "Out of work? Register first."}


@sweeps(actions.save_section, actions.start_draft)
def test_a_new_version_takes_over_on_its_day_and_the_old_one_runs_until_then(office):
    old = ItemVersion.objects.get()
    new = published(office, TODAY + timedelta(days=10), short=SHORT)
    assert (new.number, new.state, new.content["version"]) == (2, S.PUBLISHED, 2)
    before, after = TODAY + timedelta(days=9), TODAY + timedelta(days=10)
    assert ItemVersion.objects.public(before).get() == old
    assert ItemVersion.objects.public(after).get() == new
    old.refresh_from_db()
    assert not old.in_force_on(after)
    assert [c.label for c in changes(old.content, new.content, {})] == ["一句话说明"]
    done = AuditEntry.objects.filter(action__startswith="catalogue.").order_by("id")
    assert [entry.action.split(".")[1] for entry in done] == [
        "drafted",
        "saved",
        "proposed",
        "published",
    ]


def test_nobody_publishes_what_he_wrote_or_proposed(office):
    first, second = office
    draft = say(actions.start_draft(JOBLESS, by=first, now=NOW), first, short=SHORT)
    actions.propose(draft.pk, TODAY, by=second, now=NOW)
    for by in office:
        with pytest.raises(NotAllowed, match="second_person"):
            actions.publish(draft.pk, by=by, now=NOW)
    third = staff(Role.SYSTEM_ADMIN)
    assert actions.publish(draft.pk, by=third, now=NOW).published_by_id == third.user_id


def test_what_has_an_error_is_not_even_proposed_and_what_breaks_later_is_not_published(office):
    first, second = office
    draft = actions.start_draft(JOBLESS, by=first, now=NOW)
    say(draft, first, short={"zh": "只有中文", "en": ""})
    with pytest.raises(NotAllowed, match="has_errors"):
        actions.propose(draft.pk, TODAY, by=first, now=NOW)
    draft.refresh_from_db()
    say(draft, first, short=SHORT)
    actions.propose(draft.pk, TODAY, by=first, now=NOW)
    ItemVersion.objects.filter(pk=draft.pk).update(content=draft.content | {"basis": []})
    with pytest.raises(NotAllowed, match="has_errors"):
        actions.publish(draft.pk, by=second, now=NOW)


@sweeps(actions.propose, actions.send_back, actions.take_back)
def test_on_its_first_day_a_version_can_be_replaced_and_a_later_day_is_kept_free(office):
    first = published(office, short=SHORT)
    again = published(office, short={**SHORT, "en": "Register here."})
    assert ItemVersion.objects.public(TODAY).get() == again
    first.refresh_from_db()
    assert first.state == S.RETIRED
    assert not first.in_force_on(TODAY)
    later = published(office, TODAY + timedelta(days=30), short=SHORT)
    with pytest.raises(NotAllowed, match="later_version"):
        published(office, TODAY + timedelta(days=3), faq=[])
    actions.discard(_back(office).pk, by=office[0], now=NOW)
    assert actions.take_back(later.pk, by=office[0], now=NOW).state == S.DRAFT
    again.refresh_from_db()
    assert again.valid_to is None


def _back(office):
    waiting = ItemVersion.objects.get(state=S.WAITING)
    return actions.send_back(waiting.pk, "日期不对", by=office[1], now=NOW)


def test_a_version_in_force_is_not_taken_back_and_a_draft_is_one_at_a_time(office):
    version = published(office, short=SHORT)
    with pytest.raises(NotAllowed, match="in_force"):
        actions.take_back(version.pk, by=office[1], now=NOW)
    draft = actions.start_draft(JOBLESS, by=office[0], now=NOW)
    assert actions.start_draft(JOBLESS, by=office[1], now=NOW) == draft


@sweeps(actions.retire)
def test_an_item_that_is_retired_is_offered_until_its_last_day_and_can_come_back(office):
    actions.retire(JOBLESS, TODAY, by=office[0], now=NOW)
    assert ItemVersion.objects.public(TODAY).exists()
    assert not ItemVersion.objects.public(TODAY + timedelta(days=1)).exists()
    assert published(office, TODAY + timedelta(days=5)).in_force_on(TODAY + timedelta(days=5))


def test_what_a_colleague_saved_meanwhile_is_not_overwritten_unseen(office):
    first, second = office
    draft = actions.start_draft(JOBLESS, by=first, now=NOW)
    seen = digest(part_of(draft.content, {"short": None}))
    actions.save_section(draft.pk, {"short": SHORT}, seen=seen, by=first, now=NOW)
    with pytest.raises(Conflict, match="section_changed"):
        actions.save_section(
            draft.pk, {"short": {"zh": "另", "en": "o"}}, seen=seen, by=second, now=NOW
        )
    faq = [{"q": {"zh": "问", "en": "q"}, "a": {"zh": "答", "en": "a"}}]
    draft.refresh_from_db()
    assert say(draft, second, faq=faq).content["short"] == SHORT


@pytest.mark.parametrize(("state", "verb"), list(product(S.values, Verb.values)))
def test_every_cell_of_the_table(office, state, verb):
    first, second = office
    draft = actions.start_draft(JOBLESS, by=first, now=NOW)
    day = TODAY + timedelta(days=2)
    ItemVersion.objects.filter(number=1).update(valid_to=day)
    ItemVersion.objects.filter(pk=draft.pk).update(state=state, valid_from=day)
    acts = {
        Verb.SAVE: lambda: say(draft, first, short=SHORT),
        Verb.PROPOSE: lambda: actions.propose(draft.pk, day, by=first, now=NOW),
        Verb.SEND_BACK: lambda: actions.send_back(draft.pk, "改", by=second, now=NOW),
        Verb.PUBLISH: lambda: actions.publish(draft.pk, by=second, now=NOW),
        Verb.TAKE_BACK: lambda: actions.take_back(draft.pk, by=first, now=NOW),
        Verb.DISCARD: lambda: actions.discard(draft.pk, by=first, now=NOW),
    }
    rule = VERSION[Verb(verb)]
    if state in rule.sources:
        acts[Verb(verb)]()
        assert list(ItemVersion.objects.filter(pk=draft.pk).values_list("state", flat=True)) == (
            [rule.to] if rule.to else []
        )
    else:
        with pytest.raises(Conflict):
            acts[Verb(verb)]()


def test_without_the_power_nothing_can_be_done(office):
    clerk = staff(Role.LEADER)
    draft = actions.start_draft(JOBLESS, by=office[0], now=NOW)
    for act in (
        lambda: actions.start_draft(JOBLESS, by=clerk, now=NOW),
        lambda: actions.start_item("W9-01", window="W1_CIVIL", name=SHORT, by=clerk, now=NOW),
        lambda: say(draft, clerk, short=SHORT),
        lambda: actions.retire(JOBLESS, TODAY, by=clerk, now=NOW),
        lambda: actions.add_word(JOBLESS, "下岗了", by=clerk, now=NOW),
    ):
        with pytest.raises(NotAllowed, match="no_power"):
            act()
    assert not ItemVersion.objects.visible_to(clerk).exists()


@sweeps(actions.discard, actions.start_item)
def test_a_new_item_is_nobodys_business_until_it_is_published_and_goes_with_its_draft(office):
    draft = actions.start_item(
        "W2-09", window="W2_LABOUR", name={"zh": "新事项", "en": "New"}, by=office[0], now=NOW
    )
    assert not ItemVersion.objects.public(TODAY).filter(item_id="W2-09").exists()
    with pytest.raises(Invalid, match="code_taken"):
        actions.start_item("W2-09", window="W2_LABOUR", name=SHORT, by=office[0], now=NOW)
    actions.discard(draft.pk, by=office[0], now=NOW)
    assert not ServiceItem.objects.filter(pk="W2-09").exists()


@sweeps(actions.add_word)
def test_a_word_that_people_use_finds_the_item_at_once_and_survives_files_and_versions(
    office, tmp_path
):
    assert actions.add_word(JOBLESS, "厂子关门", by=office[0], now=NOW) == 1
    assert actions.add_word(JOBLESS, "厂子关门", by=office[0], now=NOW) == 0
    assert _found("厂子关门") == [JOBLESS]
    assert _found("czgm") == [JOBLESS]
    with pytest.raises(Invalid):
        actions.add_word(JOBLESS, "13812345678", by=office[0], now=NOW)
    _load(tmp_path, short=SHORT, as_of=TODAY + timedelta(days=1))
    assert _found("厂子关门") == [JOBLESS]
    assert ItemVersion.objects.count() == 2
    new = published(office, TODAY + timedelta(days=9))
    assert "厂子关门" in new.content["search"]["synonyms"]
    assert "added" not in new.content["search"]


def _found(query):
    texts = ItemVersion.objects.filter(state=S.PUBLISHED).values_list("item_id", "search_text")
    return finding.rank(query, texts)


def _load(folder, **changed):
    (folder / "items").mkdir(exist_ok=True)
    for file in ("windows.yaml", "limits.yaml", "rating.yaml", "bundles.yaml"):
        (folder / file).write_bytes((DATA / file).read_bytes())
    (folder / "negative.yaml").write_text("certificates: []")
    content = yaml.safe_load((DATA / f"items/{JOBLESS}.yaml").read_text(encoding="utf-8"))
    text = yaml.safe_dump(content | changed, allow_unicode=True)
    (folder / f"items/{JOBLESS}.yaml").write_text(text, encoding="utf-8")
    actions.load_catalogue(folder)


def test_a_file_is_loaded_once_and_does_not_undo_what_people_published(office, tmp_path):
    _load(tmp_path)
    assert ItemVersion.objects.count() == 1
    draft = actions.start_draft(JOBLESS, by=office[0], now=NOW)
    _load(tmp_path, short=SHORT)  # the same day: the file mends its own version, the draft stays
    assert ItemVersion.objects.get(number=1).content["short"] == SHORT
    actions.discard(draft.pk, by=office[0], now=NOW)
    new = published(office, timezone.localdate(NOW), faq=[])
    _load(tmp_path, short={"zh": "又改", "en": "again"}, as_of=TODAY + timedelta(days=9))
    assert ItemVersion.objects.order_by("-number").first() == new
