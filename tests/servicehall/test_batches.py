"""批量办理: the same act on many cases, a result for each, whatever happens in between."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import Invalid
from servicehall.aftercare.models import Benefit
from servicehall.cases import actions
from servicehall.cases.actions import batches
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Batch, BatchEntry, Case, CoSignature
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import Hall, allow, file_case, hall
from tests.servicehall.test_workflow import become_kin

pytestmark = pytest.mark.django_db


def filed(place: Hall, number: int) -> list[Case]:
    return [
        file_case(
            place.version,
            PersonFactory(elder=True, community=place.community),
            by=place.clerk,
            now=place.now,
        )
        for _number in range(number)
    ]


def test_each_case_has_its_own_result_and_what_cannot_be_done_holds_nothing_up(monkeypatch):
    monkeypatch.setattr(batches, "SLICE", 2)
    place = hall()
    cases = filed(place, 3)
    actions.accept(cases[1].pk, by=place.clerk, now=place.now)
    batch = actions.start_batch(
        "accept", [case.pk for case in cases], words="材料齐全", by=place.clerk, now=place.now
    )
    assert actions.go_on(batch.pk, by=place.clerk, now=place.now) == 1
    assert actions.go_on(batch.pk, by=place.clerk, now=place.now) == 0
    assert actions.go_on(batch.pk, by=place.clerk, now=place.now) == 0
    told = {entry.case_id: (entry.is_done, bool(entry.message)) for entry in batch.entries.all()}
    assert told == {
        cases[0].pk: (True, False),
        cases[1].pk: (False, True),
        cases[2].pk: (True, False),
    }
    assert {case.state for case in Case.objects.filter(pk__in=told)} == {CaseState.ACCEPTED}
    assert [case.events.filter(action="accept").count() for case in cases] == [1, 1, 1]


def test_only_what_lies_in_hand_is_taken_and_words_are_asked_for_where_they_are_needed():
    place, elsewhere = hall(), hall()
    mine, theirs = filed(place, 1)[0], filed(elsewhere, 1)[0]
    batch = actions.start_batch(
        "accept", [mine.pk, theirs.pk], words="", by=place.clerk, now=place.now
    )
    assert [entry.case_id for entry in batch.entries.all()] == [mine.pk]
    for act, ids, words in (
        ("forward", [mine.pk], " "),
        ("refuse", [mine.pk], "不符合"),
        ("accept", [], ""),
        ("accept", [theirs.pk], ""),
    ):
        with pytest.raises(Invalid):
            actions.start_batch(act, ids, words=words, by=place.clerk, now=place.now)
    later = place.now + timedelta(minutes=1)
    with pytest.raises(Batch.DoesNotExist):
        actions.go_on(batch.pk, by=place.director, now=later)


def test_the_desk_ticks_asks_once_and_shows_how_far_it_is(client_for):
    place = hall()
    cases = filed(place, 2)
    clerk = client_for(place.clerk)
    desk = clerk.get(reverse("servicehall:desk")).content.decode()
    assert all(f'name="case" value="{case.pk}"' in desk for case in cases)
    url = reverse("servicehall:batch-start")
    ticked = {"case": [str(case.pk) for case in cases]}
    assert clerk.post(url, ticked).status_code == 200
    assert clerk.post(url, ticked | {"act": "grant"}).status_code == 422
    page = clerk.post(url, ticked | {"act": "accept", "words": ""})
    assert page.status_code == 302
    assert clerk.post(page.url + "go/").status_code == 302
    shown = clerk.get(page.url).content.decode()
    assert "2 / 2 件" in shown
    assert Case.objects.filter(state=CaseState.ACCEPTED, filed_on=timezone.localdate()).count() == 2


def at_the_decider(place: Hall, number: int) -> list[Case]:
    cases = filed(place, number)
    carried = {"community": place.director, "street": place.official}
    for case in cases:
        actions.accept(case.pk, by=place.clerk, now=place.now)
        while not (step := case.steps.get(state="open")).is_final:
            actions.forward(case.pk, opinion="属实", by=carried[step.level], now=place.now)
    return cases


def propose(case: Case, amount: str) -> None:
    case.refresh_from_db()
    case.amount = amount
    case.save(update_fields=["amount"])


def test_a_decider_sees_what_each_case_gets_and_what_has_no_amount_is_left_to_him(client_for):
    """One amount was shown in public, one is written in the table, one is left open."""
    place = hall()  # 低保, reckoned for each household
    shown, written, left = at_the_decider(place, 3)
    propose(shown, "860.00")
    desk, url = client_for(place.decider), reverse("servicehall:batch-start")
    ticked = {"case": [str(case.pk) for case in (shown, written, left)]}
    asked = desk.post(url, ticked)
    gifts = {
        row["case"].pk: (row["gift"].amount, bool(row["field"])) for row in asked.context["rows"]
    }
    assert gifts == {
        shown.pk: (Decimal("860.00"), False),
        written.pk: (None, True),
        left.pk: (None, True),
    }
    chosen = {"chosen": asked.context["chosen"], "act": "grant", "words": "符合条件"}
    wrong = desk.post(url, chosen | {f"amount-{written.pk}": "-5"})
    assert wrong.status_code == 422
    begun = desk.post(url, chosen | {f"amount-{written.pk}": "512.5"})
    assert begun.status_code == 302
    # What is proposed after he pressed was seen by nobody.
    propose(left, "999")
    desk.post(begun.url + "go/")
    told = {entry.case_id: entry for entry in BatchEntry.objects.all()}
    assert [told[case.pk].is_done for case in (shown, written, left)] == [True, True, False]
    assert "打开这一件" in told[left.pk].message
    amounts = {benefit.case_id: benefit.amount for benefit in Benefit.objects.all()}
    assert amounts == {shown.pk: "860.00", written.pk: "512.5"}
    assert Case.objects.get(pk=left.pk).outcome == ""
    result = desk.get(begun.url).content.decode()
    assert "860.00 元" in result
    assert "512.5 元" in result


def test_a_benefit_that_is_the_same_for_everybody_is_granted_as_it_stands():
    place = hall("W3-02")
    (case,) = at_the_decider(place, 1)
    batch = actions.start_batch("grant", [case.pk], words="", by=place.decider, now=place.now)
    assert actions.go_on(batch.pk, by=place.decider, now=place.now) == 0
    assert batch.entries.get().is_done
    case.refresh_from_db()
    assert (case.outcome, case.amount) == ("granted", None)  # the rule of the item says how much


def test_the_table_says_beforehand_what_each_case_may_take_and_what_it_lacks(
    client_for, count_queries
):
    place = hall(publicity_days=7)
    new, owing = filed(place, 2)
    allow(place, "relatives_record", "deferrable")
    public = at_the_decider(place, 1)[0]
    desk, url = client_for(place.decider), reverse("servicehall:batch-start")

    def ahead(client, cases):
        asked = client.post(url, {"case": [str(case.pk) for case in cases]})
        rows = {row["case"].pk: row["ahead"] for row in asked.context["rows"]}
        return asked, [
            (list(rows[c.pk].acts), " ".join(map(str, rows[c.pk].reasons))) for c in cases
        ]

    page, told = ahead(desk, [public])
    assert told == [([], "本事项要先公示，公示结束没有异议再作决定。")]
    assert "准予（0 件可办）" in page.content.decode()
    assert "amount-" not in page.content.decode(), "nothing is to be reckoned yet"
    place.shown(public, by=place.decider)
    assert ahead(desk, [public])[1] == [(["grant"], "")]
    CoSignature.objects.create(
        case=new, person=PersonFactory(community=place.community), asked_at=place.now
    )
    director = client_for(place.director)
    assert "1 位成年家庭成员没有签字" in ahead(director, [new])[1][0][1]
    actions.accept(owing.pk, by=place.clerk, now=place.now, deferred=["relatives_record"])
    actions.consult(
        owing.pk,
        bodies=[place.street_office.pk],
        kind="opinion",
        question="属实吗？",
        due_on=timezone.localdate() + timedelta(days=5),
        by=place.director,
        now=place.now,
    )
    ((acts, why),) = ahead(director, [owing])[1]
    assert acts == []
    assert why.startswith("还在等")
    become_kin(place.applicant, place.station.pk)
    mine = file_case(place.version, place.applicant, by=place.resident, now=place.now)
    page = director.post(url, {"case": [str(mine.pk), str(owing.pk)]})
    assert "另有 1 件" in page.content.decode()
    few = count_queries(lambda: ahead(director, [owing]))
    more = [actions.accept(case.pk, by=place.clerk, now=place.now) for case in filed(place, 4)]
    assert count_queries(lambda: ahead(director, [owing, *more])) == few
