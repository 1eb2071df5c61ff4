"""文书模板: one writes how a letter reads, another publishes it; what was issued stays, and no letter has a gap."""

import json
from copy import deepcopy
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from accounts.models import AuditEntry
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Role
from servicehall.cases import actions as cases
from servicehall.catalogue import actions as catalogue
from servicehall.catalogue.actions.columns import digest
from servicehall.catalogue.enums import Verb, VersionState
from servicehall.catalogue.transitions import VERSION
from servicehall.documents import actions
from servicehall.documents.actions import load_documents
from servicehall.documents.checking import problems
from servicehall.documents.enums import LetterKind
from servicehall.documents.models import LetterText
from servicehall.documents.wording import parse, spell
from tests.factories.documents import letter_of, lettered_hall
from tests.factories.governance import CommunityOfficeFactory, staff
from tests.factories.servicehall import JOBLESS
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 6, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
K, S = LetterKind, VersionState


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return lettered_hall(JOBLESS, now=NOW)


@pytest.fixture(autouse=True, scope="module")
def office(ground):
    body = CommunityOfficeFactory()
    return staff(Role.DISTRICT_OFFICE, body), staff(Role.DISTRICT_OFFICE, body)


@pytest.fixture
def place(town, db):
    return deepcopy(town)


def say(text, by, line="", **changed):
    blocks = [*text.content["blocks"], *([{"text": line}] if line else [])]
    content = {**text.content, "blocks": blocks, **changed}
    return actions.save_text(
        text.pk, content, text.basis, seen=actions.seen_of(text), by=by, now=NOW
    )


def published(office, line, *, item=None, day=TODAY, now=NOW):
    draft = say(actions.start_text(K.DECISION, item, by=office[0], now=now), office[0], line)
    actions.propose_text(draft.pk, day, by=office[0], now=now)
    return actions.publish_text(draft.pk, by=office[1], now=now)


def decision_of(place, now=NOW):
    case = place.filed(by=place.clerk, now=now)
    return letter_of(cases.finish_at_once(case.pk, by=place.clerk, now=now), K.DECISION).words


def lines_of(words):
    return [block["text"] for block in words["blocks"]]


@sweeps(
    *(actions.start_text, actions.save_text, actions.propose_text, actions.publish_text),
    *(actions.take_text_back, actions.discard_text),
)
def test_a_new_text_holds_from_its_day_and_what_was_issued_stays(place, office):
    before = decision_of(place)
    old = LetterText.objects.get(kind=K.DECISION)
    new = published(office, "领取时请带身份证。", day=TODAY + timedelta(days=9))
    for days, current in ((8, old), (9, new)):
        day = TODAY + timedelta(days=days)
        assert LetterText.objects.for_item(K.DECISION, JOBLESS, day) == current
    assert "领取时请带身份证。" not in lines_of(decision_of(place))
    later = decision_of(place, NOW + timedelta(days=9))
    assert lines_of(later)[-1] == "领取时请带身份证。"
    assert lines_of(before)[1:] == lines_of(decision_of(place))[1:]  # the first holds the number
    done = AuditEntry.objects.filter(action__startswith="documents.text_").order_by("id")
    assert [entry.action.rpartition("_")[2] for entry in done] == [
        *("drafted", "saved", "proposed", "published"),
    ]
    last = published(office, "不用了。", day=TODAY + timedelta(days=20))
    assert actions.take_text_back(last.pk, by=office[0], now=NOW).state == S.DRAFT
    actions.discard_text(last.pk, by=office[0], now=NOW)
    new.refresh_from_db()
    assert new.valid_to is None


@sweeps(actions.retire_text, actions.send_text_back)
def test_an_item_may_have_its_own_and_goes_back_to_the_general_one(place, office):
    draft = actions.start_text(K.DECISION, JOBLESS, by=office[0], now=NOW)
    assert actions.start_text(K.DECISION, JOBLESS, by=office[1], now=NOW) == draft
    say(draft, office[0], "失业登记证由本站代领。")
    actions.propose_text(draft.pk, TODAY, by=office[0], now=NOW)
    with pytest.raises(NotAllowed, match="second_person"):
        actions.publish_text(draft.pk, by=office[0], now=NOW)
    assert actions.send_text_back(draft.pk, "写上电话", by=office[1], now=NOW).note == "写上电话"
    actions.propose_text(draft.pk, TODAY, by=office[0], now=NOW)
    actions.publish_text(draft.pk, by=office[1], now=NOW)
    assert "失业登记证由本站代领。" in lines_of(decision_of(place))
    other = LetterText.objects.for_item(K.DECISION, "W9-99", TODAY)
    assert other is not None
    assert other.item_id is None
    actions.retire_text(K.DECISION, JOBLESS, TODAY, by=office[0], now=NOW)
    tomorrow = NOW + timedelta(days=1)
    assert "失业登记证由本站代领。" not in lines_of(decision_of(place, tomorrow))
    with pytest.raises(NotAllowed, match="general_text"):
        actions.retire_text(K.DECISION, None, TODAY, by=office[0], now=NOW)
    with pytest.raises(Conflict, match="not_in_force"):
        actions.retire_text(K.REFUSAL, JOBLESS, TODAY, by=office[0], now=NOW)
    with pytest.raises(Invalid, match="item_unknown"):
        actions.start_text(K.REFUSAL, "W9-99", by=office[0], now=NOW)


ACTS: dict[Verb, Any] = {
    Verb.SAVE: say,
    Verb.PROPOSE: lambda t, by: actions.propose_text(t.pk, TODAY, by=by, now=NOW),
    Verb.SEND_BACK: lambda t, by: actions.send_text_back(t.pk, "再看", by=by, now=NOW),
    Verb.PUBLISH: lambda t, by: actions.publish_text(t.pk, by=by, now=NOW),
    Verb.TAKE_BACK: lambda t, by: actions.take_text_back(t.pk, by=by, now=NOW),
    Verb.DISCARD: lambda t, by: actions.discard_text(t.pk, by=by, now=NOW),
}


@pytest.mark.parametrize(("verb", "state"), [*product(VERSION, S)], ids=str)
def test_every_verb_in_every_state_does_what_the_table_says(verb, state, office):
    draft = actions.start_text(K.DECISION, None, by=office[0], now=NOW)
    day = TODAY + timedelta(days=2)
    if state == S.PUBLISHED:
        actions.propose_text(draft.pk, day, by=office[0], now=NOW)
        actions.publish_text(draft.pk, by=office[1], now=NOW)
    else:
        until = day + timedelta(days=1) if state == S.RETIRED else None
        LetterText.objects.filter(pk=draft.pk).update(state=state, valid_from=day, valid_to=until)
    draft.refresh_from_db()
    if state not in VERSION[verb].sources:
        with pytest.raises(Conflict, match="version_moved_on"):
            ACTS[verb](draft, office[1])
        return
    ACTS[verb](draft, office[1])
    left = LetterText.objects.filter(pk=draft.pk).values_list("state", flat=True).first()
    assert (left or "") == VERSION[verb].to


def test_who_may_not_edit_items_edits_no_letters(place, office):
    draft = actions.start_text(K.DECISION, None, by=office[0], now=NOW)
    for verb, act in ACTS.items():
        with pytest.raises(NotAllowed, match="no_power"):
            act(draft, place.clerk)
        assert LetterText.objects.filter(pk=draft.pk, state=S.DRAFT).exists(), verb
    with pytest.raises(NotAllowed, match="no_power"):
        actions.retire_text(K.DECISION, JOBLESS, TODAY, by=place.clerk, now=NOW)


def test_what_would_leave_a_gap_or_say_less_than_the_law_asks_is_not_published(office):
    draft = actions.start_text(K.REFUSAL, None, by=office[0], now=NOW)
    say(draft, office[0], "电话{局长手机}。")
    with pytest.raises(NotAllowed, match="has_errors"):
        actions.propose_text(draft.pk, TODAY, by=office[0], now=NOW)
    draft.refresh_from_db()
    assert "局长手机" in "".join(problems(K.REFUSAL, draft.content))
    say(draft, office[0], blocks=[{"text": "不予。"}])
    with pytest.raises(NotAllowed, match="has_errors"):
        actions.propose_text(draft.pk, TODAY, by=office[0], now=NOW)


def test_what_people_wrote_outlives_the_next_load_of_the_files(office):
    rows = LetterText.objects.count()
    new = published(office, "领取时请带身份证。")
    LetterText.objects.filter(kind=K.RECEIPT).update(basis="旧")
    load_documents()
    assert LetterText.objects.for_item(K.DECISION, JOBLESS, TODAY) == new
    assert LetterText.objects.get(kind=K.RECEIPT).basis != "旧"
    assert LetterText.objects.count() == rows + 1


# --- how it is typed --------------------------------------------------------------------------------
def test_every_text_reads_back_as_it_was(db):
    texts = list(LetterText.objects.order_by("pk"))
    assert {text.kind for text in texts} == set(K.values)
    for text in texts:
        assert parse(spell(text.content["blocks"])) == text.content["blocks"], text.kind


WORDS = (
    st.text("甲乙 {}【】申请人", min_size=1)
    .map(str.strip)
    .filter(lambda text: text and not text.startswith("【"))
)
MARKS = st.fixed_dictionaries(
    {},
    optional={
        "when": st.sampled_from(["涉及子女", "视为受理"]),
        "unless": st.just("涉及子女"),
        "role": st.sampled_from(["reason", "remedy", "basis"]),
    },
)
SHAPES = st.one_of(
    st.builds(lambda key, text: {key: text}, st.sampled_from(["text", "h1", "h2", "h3"]), WORDS),
    WORDS.map(lambda text: {"each": "补正事项", "row": text}),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.builds(lambda marks, shape: {**marks, **shape}, MARKS, SHAPES), max_size=4))
def test_whatever_is_spelled_is_parsed_to_the_same(blocks):
    assert parse(spell(blocks)) == blocks


@pytest.mark.parametrize(
    "line",
    [
        *("【要紧】文字", "【有】文字", "【标题1 甲】文字", "【理由】【救济】文字"),
        *("【依据】", "【标题1】【逐项 补正事项】{名称}"),
    ],
)
def test_a_mark_that_means_nothing_is_named_with_its_line(line):
    with pytest.raises(Invalid) as refused:
        parse(f"好的一行\n\n{line}")
    assert "第 3 行" in str(refused.value.fields["body"])


# --- the pages --------------------------------------------------------------------------------------
def test_an_official_rewrites_a_letter_and_a_colleague_publishes_it(
    office, client_for, count_queries
):
    desk, colleague = client_for(office[0]), client_for(office[1])
    listed = desk.get(reverse("documents:texts")).content.decode()
    assert all(str(kind.label) in listed for kind in K)
    started = desk.post(reverse("documents:texts"), {"kind": "decision", "item": JOBLESS})
    url = reverse("documents:text", args=[f"decision-{JOBLESS}"])
    assert started["Location"] == url
    page = desk.get(url)
    form = page.context["form"].initial | {"seen": page.context["seen"]}
    assert "【" in form["body"]
    wrong = desk.post(url, form | {"body": form["body"] + "\n【要紧】请带身份证。"})
    assert wrong.status_code == 422
    assert "请带身份证。" in wrong.content.decode()
    assert desk.post(url, form | {"body": form["body"] + "\n请带{身份证}。"}).status_code == 302
    page = desk.get(url)
    assert "不认识的变量" in page.content.decode()
    assert page.context["words"] is None
    form["seen"] = page.context["seen"]
    assert (
        desk.post(url, form | {"body": form["body"] + "\n{申请人}请带身份证。"}).status_code == 302
    )
    assert "〔申请人〕请带身份证。" in desk.get(url).content.decode()
    assert "别人改过" in colleague.post(url, form).content.decode()

    def act(who, verb, **more):
        sent = reverse("documents:text-act", args=[f"decision-{JOBLESS}", verb])
        return who.post(sent, {"number": 1, **more})

    assert act(desk, "propose", day=str(timezone.localdate())).status_code == 302
    assert "另一位同事发布" in desk.get(url).content.decode()
    assert act(colleague, "publish").status_code == 302
    assert "在用" in colleague.get(url).content.decode()
    assert count_queries(lambda: colleague.get(url)) <= 10
    own = LetterText.objects.get(item_id=JOBLESS)
    assert own.published_by_id == office[1].user_id
    assert desk.get(reverse("documents:text", args=["nonsense"])).status_code == 404
    assert desk.get(reverse("documents:text", args=["decision-W9-99"])).status_code == 404


def test_texts_travel_with_the_catalogue_and_arrive_as_drafts(place, office):
    published(office, "请携带身份证领取。", item=JOBLESS)
    file = json.loads(catalogue.export_items(by=office[0], now=NOW))
    own = [each for each in file["letters"] if each["content"]["item"] == JOBLESS]
    assert [each["content"]["kind"] for each in own] == ["decision"]
    assert len(file["letters"]) == len(
        {(e["content"]["kind"], e["content"]["item"]) for e in file["letters"]}
    )

    def sent():
        file["letters_sha256"] = digest(file["letters"])
        data = json.dumps(file, ensure_ascii=False).encode()
        found = catalogue.import_items(data, by=office[0], now=NOW)
        return {each.code: each.fate for each in found if each.page == "documents:text"}

    def becomes(**changed):
        own[0]["content"] |= changed
        own[0]["sha256"] = digest(own[0]["content"])
        return sent()[own[0]["content"]["kind"] + f"-{JOBLESS}"]

    assert set(sent().values()) == {"same"}
    LetterText.objects.of(K.DECISION, JOBLESS).delete()
    assert sent()[f"decision-{JOBLESS}"] == "new"
    draft = LetterText.objects.of(K.DECISION, JOBLESS).get()
    assert (draft.state, draft.changed_by_id) == (S.DRAFT, office[0].user_id)
    assert draft.content["blocks"][-1]["text"] == "请携带身份证领取。"
    assert AuditEntry.objects.filter(action="documents.text_imported").count() == 1
    assert becomes() == "same"
    assert becomes(basis="另一个依据") == "busy"
    actions.discard_text(draft.pk, by=office[0], now=NOW)
    words = own[0]["content"]["content"]
    unknown = {**words, "blocks": [*words["blocks"], {"text": "{没有这个变量}"}]}
    assert becomes(content=unknown) == "new", "as a draft that cannot be proposed"
    draft = LetterText.objects.of(K.DECISION, JOBLESS).get()
    with pytest.raises(NotAllowed):
        actions.propose_text(draft.pk, TODAY, by=office[0], now=NOW)
    for spoiled in ({**words, "blocks": "x"}, {**words, "blocks": [{"html": "<b>"}]}, {"title": 1}):
        assert becomes(content=spoiled) == "refused"
