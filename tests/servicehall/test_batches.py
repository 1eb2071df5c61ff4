"""批量办理: the same act on many cases, a result for each, whatever happens in between."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import Invalid
from servicehall.cases import actions
from servicehall.cases.actions import batches
from servicehall.cases.enums import CaseState
from servicehall.cases.models import Batch, Case
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import Hall, file_case, hall

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
