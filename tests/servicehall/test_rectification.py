"""差评整改: every cell of its table, its limits, and that nobody whom a rating is about learns whose it was."""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.models import AuditEntry, User
from common.errors import Conflict, Invalid, NotAllowed
from community.governance.enums import Power, Role
from community.governance.models import Post, WorkCalendarYear
from community.governance.scopes import Scope
from dashboards import figures
from dashboards.tree import Tree
from notifications.models import Message
from servicehall.aftercare import actions, limits, quality
from servicehall.aftercare.enums import RectifyAction, RectifyState
from servicehall.aftercare.models import Rectification
from servicehall.aftercare.transitions import RECTIFY
from servicehall.cases import actions as cases, facts
from servicehall.cases.models import Case, Rating
from tests.access.world import undone
from tests.factories.governance import SINCE, CommunityOfficeFactory, far_community, staff
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import JOBLESS, Hall, file_case, hall
from tests.servicehall.beside import everything_beside
from tests.servicehall.notices import holidays
from tests.sweeping import sweeps

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
A, S = RectifyAction, RectifyState
WORDS = "窗口让我跑了三趟，材料没有一次说清。"
TASK = "一次性告知材料，不让人多跑。"


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def refusal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(NotAllowed) as caught:
        call(*args, **kwargs)
    return caught.value.code


@dataclass
class Town:
    """A hall whose station finishes on the spot, the street above it and the district's office."""

    place: Hall
    office: Scope
    colleague: Scope

    @property
    def street(self) -> Scope:
        return self.place.official

    def closed(self, **changes: Any) -> Case:
        case = self.place.filed(**changes)
        return cases.finish_at_once(case.pk, by=self.place.clerk, now=self.place.now)

    def rated(self, level: int = 5, **changes: Any) -> Rectification:
        case = self.closed()
        cases.rate(
            case, level=level, comment=WORDS, by=self.place.resident, now=self.place.now, **changes
        )
        return Rectification.objects.get(case=case)

    def act(self, found: Rectification, action: RectifyAction, now: datetime = NOW) -> Any:
        """Take an act as whoever takes it."""
        pk, place = found.pk, self.place
        calls: dict[RectifyAction, Callable[[], Any]] = {
            A.CALL_BACK: lambda: actions.call_back(pk, result="reached", by=self.street, now=now),
            A.CONFIRM: lambda: actions.confirm(
                pk, finding="属实", task=TASK, by=self.street, now=now
            ),
            A.DOUBT: lambda: actions.doubt(pk, reason="评错了对象", by=self.street, now=now),
            A.APPEAL: lambda: actions.appeal(pk, reason="不是本站办的", by=place.director, now=now),
            A.UPHOLD: lambda: actions.uphold(
                pk, reason="记录属实", task=TASK, by=self.office, now=now
            ),
            A.SET_ASIDE: lambda: actions.set_aside(
                pk, reason="评的是别的事", by=self.office, now=now
            ),
            A.ANSWER: lambda: actions.answer(
                pk, answer="已改用清单告知", by=place.director, now=now
            ),
            A.RECTIFY: lambda: actions.rectify(pk, note="已到现场看过", by=self.street, now=now),
            A.TELL: lambda: actions.tell_rater(
                pk, words="已改用清单，一次说清。", by=self.street, now=now
            ),
            A.RE_RATE: lambda: actions.rate_again(found.case, level=2, by=place.resident, now=now),
            A.CLOSE: lambda: self._close(now),
        }
        return calls[action]()

    def _close(self, now: datetime) -> None:
        if not actions.close_rectifications(now=now + timedelta(days=30)):
            raise Conflict("nothing_to_close", "")

    def walked(self, *steps: RectifyAction) -> Rectification:
        found = self.rated()
        for step in steps:
            self.act(found, step)
        found.refresh_from_db()
        return found


@pytest.fixture(autouse=True, scope="module")
def the_town(ground: None) -> Town:
    place = hall(JOBLESS, now=NOW)
    street = place.community.parent
    assert street is not None
    assert street.parent is not None
    office = CommunityOfficeFactory(place=street.parent)
    return Town(
        place,
        staff(Role.DISTRICT_OFFICE, office),
        staff(Role.STREET_OFFICIAL, place.street_office),
    )


@pytest.fixture
def town(the_town: Town, db: None) -> Town:
    return deepcopy(the_town)


TO_VERIFIED = (A.CALL_BACK, A.CONFIRM)
REACH: dict[RectifyState, tuple[RectifyAction, ...]] = {
    S.CREATED: (),
    S.CALLED_BACK: (A.CALL_BACK,),
    S.IN_REVIEW: (A.CALL_BACK, A.DOUBT),
    S.VERIFIED: TO_VERIFIED,
    S.RECTIFIED: (*TO_VERIFIED, A.RECTIFY),
    S.TOLD: (*TO_VERIFIED, A.RECTIFY, A.TELL),
    S.CLOSED: (*TO_VERIFIED, A.RECTIFY, A.TELL, A.RE_RATE),
    S.MISJUDGED: (A.CALL_BACK, A.DOUBT, A.SET_ASIDE),
}


@sweeps(actions.reveal_phone, actions.close_rectifications)
def test_the_rater_is_called_and_what_nobody_rates_again_is_closed(town):
    town.place.applicant.phone = "13900001234"
    found = town.rated()
    assert actions.reveal_phone(found.pk, is_proven=True, by=town.street, now=NOW)
    for step in (*TO_VERIFIED, A.RECTIFY, A.TELL, A.CLOSE):
        town.act(found, step)


@pytest.mark.parametrize("state", list(S), ids=lambda state: state.value)
def test_every_cell_of_the_table(town, state):
    found = town.walked(*REACH[state])
    assert found.state == state
    for action, rule in RECTIFY.items():
        with undone():
            if state in rule.sources:
                town.act(found, action)
                found.refresh_from_db()
                assert found.state == (rule.to or state), action
                last = found.events.last()
                assert last is not None
                assert (last.action, last.to_state) == (action.value, found.state)
            else:
                with pytest.raises((NotAllowed, Rectification.DoesNotExist)):
                    town.act(found, action)
        found.refresh_from_db()


def test_a_bad_rating_goes_to_another_body_and_a_middle_one_to_nobody(town):
    found = town.rated(level=4)
    calendar = WorkCalendarYear.objects.calendar()
    assert found.concerned == town.place.station
    assert found.handler == town.place.street_office
    assert found.reviewer_id == town.office.body_id
    assert found.call_by_on == calendar.add(NOW.date(), 1).day
    other = town.closed()
    cases.rate(other, level=3, by=town.place.resident, now=NOW)
    assert not Rectification.objects.filter(case=other).exists()


def test_whoever_has_the_next_step_is_told_and_the_body_concerned_learns_no_name(town):
    Post.objects.update(started_on=SINCE)  # who is told holds his post already
    found = town.walked(A.CALL_BACK, A.CONFIRM, A.ANSWER, A.APPEAL)
    told = Message.objects.filter(kind__startswith="rectification.")
    by_kind: dict[str, set[Any]] = {}
    for message in told:
        by_kind.setdefault(message.kind, set()).add(message.user_id)
    street = {town.street.user_id, town.colleague.user_id}  # all who handle them there
    assert by_kind == {
        "rectification.created": street,
        "rectification.verified": {town.place.director.user_id},
        "rectification.answer": street,
        "rectification.in_review": {town.office.user_id},
    }
    demand = told.get(kind="rectification.verified")
    for secret in (town.place.applicant.full_name, found.case.number):
        assert secret not in str(demand.params)


def test_who_had_a_hand_in_the_case_is_not_the_one_who_follows_it_up():
    """The street reviewed it: the district's office takes it; and the clerk in his second post finds nothing."""
    place = hall(now=NOW, community=far_community())
    street = place.community.parent
    assert street is not None
    office = CommunityOfficeFactory(place=street.parent)
    case = place.granted()
    cases.rate(case, level=5, by=place.resident, now=day(1))
    found = Rectification.objects.get(case=case)
    assert (found.concerned, found.handler) == (place.department, office)
    assert found.reviewer == place.street_office
    second_post = staff(
        Role.DISTRICT_OFFICE, office, user=User.objects.get(pk=str(place.clerk.user_id))
    )
    assert list(Rectification.objects.visible_to(staff(Role.DISTRICT_OFFICE, office))) == [found]
    assert not Rectification.objects.visible_to(second_post)
    # The street official who opined may not review it either, his colleague may.
    assert not Rectification.objects.visible_to(place.official)
    assert Rectification.objects.visible_to(staff(Role.STREET_OFFICIAL, place.street_office))


def test_limits_and_the_two_calls_that_are_enough(town):
    calendar, figures_ = WorkCalendarYear.objects.calendar(), limits.in_force(NOW.date())
    found = town.rated()
    call: dict[str, Any] = {"by": town.street, "result": "no_answer"}
    found = actions.call_back(found.pk, now=NOW, **call)
    assert (found.state, found.called_on) == (S.CREATED, None)
    found = actions.call_back(found.pk, now=NOW + timedelta(hours=2), **call)
    assert found.state == S.CREATED
    found = actions.call_back(found.pk, now=day(1), **call)
    assert (found.state, found.act_by_on) == (
        S.CALLED_BACK,
        calendar.add(day(1).date(), figures_.verify_days).day,
    )
    with pytest.raises(Invalid):  # complex without a plan
        actions.confirm(
            found.pk, finding="属实", task=TASK, is_complex=True, by=town.street, now=day(1)
        )
    found = actions.confirm(
        found.pk, finding="属实", task=TASK, is_complex=True, plan="分两步", by=town.street, now=day(1)
    )  # fmt: skip
    assert found.rectify_by_on == calendar.add(day(1).date(), 15).day
    assert actions.rectify(found.pk, note="已改", by=town.street, now=day(60)).is_in_time is False
    simple = town.walked(*TO_VERIFIED)
    assert simple.rectify_by_on == calendar.add(NOW.date(), 5).day


@sweeps(actions.appeal, actions.confirm, actions.uphold)
def test_an_appeal_is_made_once_and_decided_by_another(town):
    found = town.walked(*TO_VERIFIED, A.APPEAL)
    assert found.state == S.IN_REVIEW
    decide: dict[str, Any] = {"reason": "属实", "now": NOW}
    assert refusal(actions.uphold, found.pk, by=town.street, **decide) == "not_the_reviewer"
    with pytest.raises(Rectification.DoesNotExist):
        actions.set_aside(found.pk, by=town.place.director, **decide)
    found = actions.uphold(found.pk, by=town.office, **decide)
    again = refusal(actions.appeal, found.pk, reason="还是不服", by=town.place.director, now=NOW)
    assert again == "appealed_once"


@sweeps(actions.doubt, actions.set_aside)
def test_without_a_second_body_another_person_reviews():
    place = hall(JOBLESS, now=NOW, community=far_community())
    town = Town(place, place.official, staff(Role.STREET_OFFICIAL, place.street_office))
    found = town.walked(A.CALL_BACK, A.DOUBT)
    assert found.reviewer is None
    decide: dict[str, Any] = {"reason": "评的是别的事", "now": NOW}
    assert refusal(actions.set_aside, found.pk, by=place.official, **decide) == "same_person"
    assert actions.set_aside(found.pk, by=town.colleague, **decide).state == S.MISJUDGED


def counted(place: Hall, measure: str) -> int:
    period = (NOW.date(), NOW.date())
    rows = facts.count(facts.MEASURES.values(), *period, today=NOW.date())
    return sum(fact.value for fact in rows if fact.measure == measure)


def test_a_mistake_stays_on_record_and_leaves_the_figures(town):
    town.walked(A.CALL_BACK, A.DOUBT)
    assert (counted(town.place, "rated"), counted(town.place, "rated_bad")) == (1, 1)
    found = Rectification.objects.get()
    actions.set_aside(found.pk, reason="评的是别的事", by=town.office, now=NOW)
    assert (counted(town.place, "rated"), counted(town.place, "rated_bad")) == (0, 0)
    assert Rating.objects.get().level == 5
    assert Message.objects.filter(kind="rating.misjudged", person_id=town.place.applicant.pk)


@sweeps(actions.rate_again, actions.rectify, actions.tell_rater)
def test_the_figures_of_what_follows_are_the_lists(town, client_for):
    told = town.walked(*TO_VERIFIED, A.RECTIFY, A.TELL, A.RE_RATE)
    town.rated(is_anonymous=True)
    expected = {"mend": 2, "mend_named": 1, "mend_called": 1, "mend_done": 1, "mend_in_time": 1,
                "mend_again": 1, "mend_good": 1, "rated_bad": 2}  # fmt: skip
    assert {code: counted(town.place, code) for code in expected} == expected
    street = Tree.load().tops(town.office, Power.READ_FACTS)[0]
    period = figures.Period("day", "", NOW.date(), NOW.date())
    for code, number in expected.items():
        rows = figures.cases_behind(
            town.office, facts.MEASURES[code], period, street, "", today=NOW.date()
        )
        assert rows.count() == number, code
        assert told.case_id in rows.values_list("pk", flat=True)


def test_small_ratings_are_hidden_from_all_who_handle_cases(town, client_for):
    """Four good, one bad: neither number is shown, or their difference would be the one."""
    place = town.place
    sums = {"rated": 10, "rated_good": 9, "rated_bad": 1, "rated_middle": 0, "filed": 12}
    small = figures.small(sums)
    seen = figures.kept_from(place.director, place.community, sums, small)
    assert {"rated_bad", "rated_good"} <= seen
    assert "filed" not in seen
    assert not figures.kept_from(town.office, place.community, sums, small)
    assert not figures.may_open(place.official, place.community, "rated")
    url = reverse("dashboards:list", args=[place.community.code])
    assert client_for(place.director).get(url, {"measure": "rated_bad"}).status_code == 404
    assert client_for(town.office).get(url, {"measure": "rated_bad"}).status_code == 200


def test_a_body_reads_shares_of_full_months_only_where_enough_have_rated(town):
    place = town.place
    for _number in range(4):
        cases.rate(town.closed(), level=1, by=place.resident, now=NOW)
    after = datetime(2026, 10, 9, tzinfo=NOW.tzinfo).date()
    assert quality.of_body(place.clerk, after).shares is None
    cases.rate(town.closed(), level=5, by=place.resident, now=NOW)
    assert quality.of_body(place.clerk, NOW.date()).shares is None  # this month is not over
    shares = quality.of_body(place.clerk, after).shares
    assert shares == {"good": 80.0, "middle": 0.0, "bad": 20.0}


@sweeps(actions.answer)
def test_no_page_of_those_concerned_tells_who_rated_what_or_which_case(town, client_for):
    """The station's people open everything that is theirs, before and after it was put right."""
    found = town.walked(*TO_VERIFIED, A.ANSWER)
    case, place = found.case, town.place
    urls = [
        reverse("aftercare:mending"),
        reverse("aftercare:mend", args=[found.pk]),
        reverse("aftercare:mend-act", args=[found.pk, "appeal"]),
        reverse("aftercare:ratings"),
        reverse("aftercare:ratings-closed"),
        reverse("aftercare:our-quality"),
    ]
    traces = (WORDS, case.number, place.applicant.full_name, str(case.pk), "属实", "非常不满意")
    case_pages = [
        reverse("servicehall:case", args=[case.pk]),
        reverse("servicehall:case-more", args=[case.pk]),
    ]
    rated = re.compile("评价|差评|满意|整改")
    for step in (None, A.RECTIFY, A.TELL):
        if step:
            town.act(found, step)
        for who in (place.director, place.clerk):
            client = client_for(who)
            for url in urls:
                page = everything_beside(client, url)
                assert not [trace for trace in traces if trace in page], url
            for url in case_pages:
                main = client.get(url).content.decode().partition("<main")[2]
                assert not rated.search(main), url
            assert client.get(reverse("aftercare:rectification", args=[found.pk])).status_code in {
                403,
                404,
            }
    assert client_for(place.director).get(urls[1]).status_code == 200


@sweeps(actions.open_rectification)
def test_an_anonymous_rater_is_shown_to_nobody(town, client_for):
    found = town.rated(is_anonymous=True)
    page = client_for(town.street).get(reverse("aftercare:rectification", args=[found.pk]))
    text = page.content.decode()
    assert WORDS in text
    assert not [t for t in (town.place.applicant.full_name, found.case.number) if t in text]
    why = refusal(actions.reveal_phone, found.pk, is_proven=True, by=town.street, now=NOW)
    assert why == "anonymous"
    with pytest.raises(Invalid):
        actions.call_back(found.pk, result="reached", by=town.street, now=NOW)
    found = actions.call_back(found.pk, result="anonymous", by=town.street, now=NOW)
    assert found.state == S.CALLED_BACK


@sweeps(actions.call_back)
def test_what_the_body_concerned_reads_names_nobody(town):
    found = town.walked(A.CALL_BACK)
    text = f"向{town.place.applicant.full_name}道歉"
    code = refusal(actions.confirm, found.pk, finding="属实", task=text, by=town.street, now=NOW)
    assert code == "names_somebody"


@sweeps(actions.complain)
def test_pressure_is_a_matter_of_its_own_and_the_pressed_rating_does_not_count(town):
    case, place = town.closed(), town.place
    cases.rate(case, level=1, by=place.resident, now=NOW)
    assert (
        refusal(actions.complain, case, words="x", by=place.clerk, now=NOW) == "staff_cannot_rate"
    )
    found = actions.complain(case, words="让我当面点满意", by=place.resident, now=NOW)
    assert (found.is_rated, found.handler) == (False, place.street_office)
    again = refusal(actions.complain, case, words="再说一次", by=place.resident, now=NOW)
    assert again == "complained_once"
    for step in TO_VERIFIED:
        town.act(found, step)
    assert not Rating.objects.get(case=case).is_counted
    bad = town.rated()
    joined = actions.complain(bad.case, words="还说不给好评不办", by=place.resident, now=NOW)
    assert joined.pk == bad.pk
    assert (
        refusal(actions.complain, town.closed(), words="x", by=place.resident, now=day(90))
        == "too_late"
    )


def test_a_proxy_does_not_rate(town):
    place = town.place
    helper = staff(Role.WINDOW_CLERK, place.station)
    case = town.closed()
    actions.deliver(
        case.pk, way="counter", receiver="proxy", proxy_name="张三", proxy_relation="child",
        is_signed=True, by=helper, now=NOW,
    )  # fmt: skip
    stranger = Scope()
    assert refusal(cases.rate, case, level=1, by=stranger, now=NOW) == "proxy_cannot_rate"
    assert not Rating.objects.filter(case=case).exists()
    cases.rate(case, level=1, by=place.resident, now=NOW)


def test_the_resident_follows_it_is_told_and_rates_once_more(town, client_for):
    found = town.walked(*TO_VERIFIED, A.RECTIFY)
    client = client_for(town.place.resident)
    more = reverse("servicehall:my-case-more", args=[found.case_id])
    assert "已经整改，结果马上告诉您。" in everything_beside(client, more)
    town.act(found, A.TELL)
    told = Message.objects.filter(kind="rating.rectified", person_id=town.place.applicant.pk)
    assert told.exists()
    # The texts of an SMS name neither the rating nor the item.
    text = everything_beside(client, more)
    assert "已改用清单，一次说清。" in text
    found.refresh_from_db()
    actions.rate_again(found.case, level=2, comment="好多了", by=town.place.resident, now=NOW)
    found.refresh_from_db()
    assert (found.state, found.re_level, found.re_comment) == (S.CLOSED, 2, "好多了")
    assert Rating.objects.get().level == 5
    code = refusal(actions.rate_again, found.case, level=1, by=town.place.resident, now=NOW)
    assert code == "not_now"
    # His account stands on no event that staff read.
    assert found.events.filter(action="re_rate", user__isnull=True).exists()
    seen = AuditEntry.objects.filter(action="rectification.tell", person_id=town.place.applicant.pk)
    assert seen.exists()


def test_whose_own_matter_it_is_keeps_away(town):
    """The street official lives with the applicant."""
    own = file_case(
        town.place.version, PersonFactory(community=town.place.community, account=True),
        by=town.place.clerk, now=NOW,
    )  # fmt: skip
    own.applicant.staff_account_id = town.street.user_id
    own.applicant.save(update_fields=["staff_account"])
    case = cases.finish_at_once(own.pk, by=town.place.clerk, now=NOW)
    cases.rate(case, level=5, by=Scope(), now=NOW)
    found = Rectification.objects.get(case=case)
    code = refusal(actions.call_back, found.pk, result="reached", by=town.street, now=NOW)
    assert code == "conflict_of_interest"


def test_lists_cost_the_same_with_twice_the_rows(town, client_for, count_queries):
    client = client_for(town.street)
    first = town.rated()
    url = reverse("aftercare:ratings")
    client.get(url)
    few = count_queries(lambda: client.get(url))
    for _number in range(4):
        town.rated()
    assert count_queries(lambda: client.get(url)) == few <= 10
    one = reverse("aftercare:rectification", args=[first.pk])
    client.get(one)
    assert count_queries(lambda: client.get(one)) <= 18


def test_a_new_notice_of_holidays_moves_the_day_of_whatever_is_next(town):
    Post.objects.update(started_on=SINCE)
    found = town.rated()
    call_by = found.act_by_on
    for action in (A.CALL_BACK, A.CONFIRM, A.APPEAL, A.UPHOLD):
        town.act(found, action)
    due = Rectification.objects.get(pk=found.pk).act_by_on
    assert call_by
    assert due
    at = transaction.savepoint()
    holidays(23, 24)
    for _repeat in range(2):
        cases.recompute_clocks(occasion="later", now=NOW)
    found.refresh_from_db()
    calendar = WorkCalendarYear.objects.calendar()
    assert found.act_by_on == found.rectify_by_on == calendar.add(due, 2).day
    assert found.call_by_on == call_by, "what is done keeps its day"
    told = Message.objects.filter(kind="case.due_days_moved", user_id=town.place.director.user_id)
    assert told.count() == 1
    transaction.savepoint_rollback(at)
    again = town.rated()
    actions.call_back(again.pk, result="no_answer", by=town.street, now=NOW)
    holidays(23)
    cases.recompute_clocks(occasion="later", now=NOW)
    again.refresh_from_db()
    assert again.act_by_on == again.call_by_on == date(2026, 9, 24)
