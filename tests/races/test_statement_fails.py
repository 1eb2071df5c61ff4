"""F6: whichever statement of an act fails, nothing of the act remains."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from common.uploads import CleanFile
from community.governance.enums import Role
from community.governance.models import Body, WorkCalendarDay, WorkCalendarYear
from dashboards.demo.answers import answers_for
from residents.base.enums import OccupancyKind
from residents.base.models import Occupancy
from residents.rights import actions as rights
from servicehall.aftercare import actions as aftercare
from servicehall.cases import actions
from servicehall.cases.enums import SignatureState
from servicehall.cases.models import CoSignature, Proposal
from servicehall.catalogue import actions as catalogue
from servicehall.catalogue.actions import count_empty_search
from servicehall.catalogue.models import Bundle
from tests.factories.documents import lettered_hall
from tests.factories.governance import (
    CommunityOfficeFactory,
    DepartmentFactory,
    resident_scope,
    staff,
)
from tests.factories.residents import PersonFactory
from tests.factories.servicehall import (
    ALLOWANCE,
    DIBAO,
    JOBLESS,
    Hall,
    allow,
    attach_files,
    item_version,
)
from tests.servicehall.test_item_changes import replace
from tests.sweeping import SWEPT, sweep

pytestmark = pytest.mark.django_db

ASKED = [{"key": "income", "title": "收入证明", "what": "请补充近三个月流水。"}]
SUBSIDY = "W4-02"  # 困难残疾人生活补贴: no file, and part of a 一件事


@pytest.fixture(autouse=True)
def uploads_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


def drafted(place: Hall) -> Any:
    draft = actions.start_draft(
        place.version, applicant=place.applicant, by=place.resident, now=place.now
    )
    answers = answers_for(
        place.version, place.applicant, rng=random.Random(1), today=timezone.localdate(place.now)
    )
    actions.save_draft(draft.pk, answers, step="check", by=place.resident, now=place.now)
    attach_files(draft, by=place.resident, now=place.now)
    return draft


def outdated(place: Hall) -> Any:
    """A draft whose item has a new version since."""
    draft = drafted(place)
    replace(place.version)
    return draft


def waiting(place: Hall) -> Any:
    """A new version that one of the office proposed; the other publishes it."""
    code, now = place.version.item_id, place.now
    for key in {place.version.department, *(level.department for level in place.version.levels)}:
        if key and not Body.objects.filter(key=key).exists():
            DepartmentFactory(key=key)
    version = catalogue.start_draft(code, by=staff(Role.DISTRICT_OFFICE), now=now)
    by = staff(Role.SYSTEM_ADMIN)
    return catalogue.propose(version.pk, timezone.localdate(now), by=by, now=now), staff(
        Role.DISTRICT_OFFICE
    )


def entitled(place: Hall) -> Any:
    """Somebody of 82 who is registered here and has no allowance."""
    elder = PersonFactory(elder=True, community=place.community)
    return Occupancy.objects.create(
        person=elder,
        community=place.community,
        kind=OccupancyKind.REGISTERED,
        from_on=date(2020, 1, 1),
    )


def proposed(place: Hall) -> Any:
    return Proposal.objects.create(
        person=place.applicant,
        item=place.version.item,
        version=place.version,
        is_certain=True,
        found_on=timezone.localdate(place.now),
    )


def asked(place: Hall) -> Any:
    return actions.ask_supplement(place.accepted().pk, items=ASKED, by=place.clerk, now=place.now)


def at_street(place: Hall) -> Any:
    case = place.accepted()
    return actions.forward(case.pk, by=place.director, now=place.now, opinion="情况属实。")


def publicise(place: Hall, case: Any) -> Any:
    until = timezone.localdate(place.now) + timedelta(days=7)
    return actions.publicise(case.pk, by=place.director, now=place.now, until=until)


def special(place: Hall, case: Any) -> Any:
    until = timezone.localdate(place.now) + timedelta(days=7)
    return actions.begin_special(
        case.pk,
        reason="medical",
        expected_on=until,
        note="需要评定。",
        by=place.director,
        now=place.now,
    )


def owing(place: Hall) -> Any:
    """Accepted though a paper that may follow is missing."""
    allow(place, "relatives_record", "deferrable")
    return actions.accept(
        place.filed().pk, by=place.clerk, now=place.now, deferred=["relatives_record"]
    )


def consult(place: Hall, case: Any) -> Any:
    until = timezone.localdate(place.now) + timedelta(days=5)
    return actions.consult(
        case.pk,
        bodies=[place.street_office.pk],
        kind="opinion",
        question="情况是否属实？",
        due_on=until,
        by=place.director,
        now=place.now,
    )


def holiday(place: Hall) -> Any:
    """A running case, and a notice that takes a working day out of its time."""
    case = place.accepted()
    day = WorkCalendarYear.objects.calendar().next_workday(timezone.localdate(place.now))
    WorkCalendarYear.objects.create(year=day.year)
    WorkCalendarDay.objects.create(
        day=day, is_workday=False, source="测试", created_at=place.now, changed_at=place.now
    )
    return case


def written(place: Hall) -> Any:
    case = place.accepted()
    actions.write_message(case.pk, "请问还要多久？", by=place.resident, now=place.now)
    return case


def to_sign(place: Hall) -> Any:
    """Somebody with an account is asked to agree."""
    person = PersonFactory(community=place.community, account=True)
    return CoSignature.objects.create(case=place.filed(), person=person, asked_at=place.now)


def mandate(place: Hall, holder: Any) -> Any:
    until = timezone.localdate(place.now) + timedelta(days=9)
    return actions.record_mandate(
        place.applicant.pk,
        holder.pk,
        how="paper",
        document="委托书",
        until=until,
        by=place.clerk,
        now=place.now,
    )


def holder(place: Hall) -> Any:
    return PersonFactory(community=place.community, account=True, birth_on=date(1980, 1, 1))


def keep(place: Hall) -> Any:
    content = b"%PDF-"
    file = CleanFile(content, "pdf", 1, len(content), "0" * 64, "a.pdf")
    return actions.keep_paper(file, kind="other", by=place.resident, now=place.now)


def kept(place: Hall) -> tuple[Any, Any]:
    draft = actions.start_draft(
        place.version, applicant=place.applicant, by=place.resident, now=place.now
    )
    return keep(place), draft


def deletion(place: Hall) -> tuple[Any, Any]:
    """The resident wants his account away, and with it a kept paper and a draft."""
    kept(place)
    found = rights.file_deletion(["account"], by=place.resident, now=place.now)
    district = place.community.parent and place.community.parent.parent
    return found, staff(Role.DATA_CLERK, CommunityOfficeFactory(place=district))


def waiting_bundle(place: Hall) -> tuple[Any, Any]:
    """A new version of a joint form that one of the office proposed; the other publishes it."""
    for code in ("W4-01", "W4-03"):
        item_version(code)
    by, other = staff(Role.SYSTEM_ADMIN), staff(Role.DISTRICT_OFFICE)
    draft = catalogue.start_bundle_draft("disability", by=by, now=place.now)
    day = timezone.localdate(place.now)
    return catalogue.propose_bundle(draft.pk, day, by=by, now=place.now), other


def start_family(place: Hall) -> Any:
    return actions.start_family(
        Bundle.objects.get(code="disability"),
        [SUBSIDY],
        applicant=place.applicant,
        by=place.resident,
        now=place.now,
    )


def family(place: Hall) -> Any:
    found = start_family(place)
    answers = answers_for(
        place.version, place.applicant, rng=random.Random(1), today=timezone.localdate(place.now)
    )
    actions.save_family(found, answers, by=place.resident, now=place.now)
    return found


@dataclass(frozen=True)
class Act:
    """What is there before, and what somebody does with it."""

    before: Callable[[Hall], Any]
    act: Callable[[Hall, Any], Any]
    item: str = ""
    publicity_days: int = 0


ACTS = {
    "submit": Act(drafted, lambda h, d: actions.submit(d.pk, by=h.resident, now=h.now)),
    "move_draft": Act(
        outdated, lambda h, d: actions.move_draft(d.pk, by=h.resident, now=h.now), item=DIBAO
    ),
    "publish": Act(
        waiting, lambda h, v: catalogue.publish(v[0].pk, by=v[1], now=h.now), item=JOBLESS
    ),
    "accept": Act(Hall.filed, lambda h, c: actions.accept(c.pk, by=h.clerk, now=h.now)),
    "finish_at_once": Act(
        Hall.filed,
        lambda h, c: actions.finish_at_once(c.pk, by=h.clerk, now=h.now),
        item=JOBLESS,
    ),
    "decline": Act(
        Hall.filed,
        lambda h, c: actions.decline(
            c.pk, by=h.clerk, now=h.now, reason="不属于本站事项。", right_office="区医保局"
        ),
    ),
    "ask_supplement": Act(
        Hall.accepted,
        lambda h, c: actions.ask_supplement(c.pk, items=ASKED, by=h.clerk, now=h.now),
    ),
    "answer_supplement": Act(
        asked,
        lambda h, c: actions.answer_supplement(c.pk, answers={}, by=h.resident, now=h.now),
    ),
    "lapse": Act(asked, lambda h, c: actions.lapse(c.pk, now=h.now + timedelta(days=365))),
    "forward": Act(
        Hall.accepted,
        lambda h, c: actions.forward(c.pk, by=h.director, now=h.now, opinion="情况属实。"),
    ),
    "send_back": Act(
        at_street,
        lambda h, c: actions.send_back(c.pk, by=h.official, now=h.now, reason="请再核实。"),
    ),
    "grant": Act(Hall.at_district, lambda h, c: actions.grant(c.pk, by=h.decider, now=h.now)),
    "refuse": Act(
        Hall.at_district,
        lambda h, c: actions.refuse(c.pk, by=h.decider, now=h.now, reason="收入超标。"),
    ),
    "extend": Act(
        Hall.accepted,
        lambda h, c: actions.extend(c.pk, days=5, reason="需外省核实", by=h.director, now=h.now),
    ),
    "publicise": Act(Hall.accepted, publicise, publicity_days=7),
    "end_publicity": Act(
        lambda h: publicise(h, h.accepted()),
        lambda h, c: actions.end_publicity(c.pk, by=h.director, now=h.now + timedelta(days=9)),
        publicity_days=7,
    ),
    "begin_special": Act(Hall.accepted, special),
    "end_special": Act(
        lambda h: special(h, h.accepted()),
        lambda h, c: actions.end_special(c.pk, by=h.director, now=h.now + timedelta(days=9)),
    ),
    "reopen": Act(
        Hall.granted, lambda h, c: actions.reopen(c.pk, by=h.decider, now=h.now, reason="算错了。")
    ),
    "tacit_accept": Act(
        Hall.filed, lambda h, c: actions.tacit_accept(c.pk, now=h.now + timedelta(days=60))
    ),
    "keep_undertaking": Act(
        owing,
        lambda h, c: actions.keep_undertaking(c.pk, "relatives_record", by=h.clerk, now=h.now),
    ),
    "start_batch": Act(
        Hall.filed,
        lambda h, c: actions.start_batch("accept", [c.pk], words="", by=h.clerk, now=h.now),
    ),
    "consult": Act(Hall.accepted, consult),
    "answer_consultation": Act(
        lambda h: consult(h, h.accepted())[0],
        lambda h, q: actions.answer_consultation(q.pk, answer="属实。", by=h.official, now=h.now),
    ),
    "cancel_consultation": Act(
        lambda h: consult(h, h.accepted())[0],
        lambda h, q: actions.cancel_consultation(q.pk, by=h.director, now=h.now),
    ),
    "remind_of_consultations": Act(
        lambda h: consult(h, h.accepted()),
        lambda h, _q: actions.remind_of_consultations(now=h.now + timedelta(days=60)),
    ),
    "recompute_clocks": Act(
        holiday, lambda h, _c: actions.recompute_clocks(occasion="a", now=h.now)
    ),
    "assign": Act(
        lambda h: (filed := h.filed(), h.taker(filed)),
        lambda h, given: actions.assign(
            given[0].pk, body_id=given[1].pk, reason="都要回避。", by=h.director, now=h.now
        ),
    ),
    "propose": Act(entitled, lambda h, _p: actions.propose(now=h.now), item=ALLOWANCE),
    "tell": Act(
        proposed, lambda h, _p: actions.tell(ALLOWANCE, by=h.director, now=h.now), item=ALLOWANCE
    ),
    "decline_proposal": Act(
        proposed,
        lambda h, p: actions.decline_proposal(p.pk, by=h.resident, now=h.now),
        item=ALLOWANCE,
    ),
    "deliver": Act(Hall.granted, lambda h, c: actions.deliver(c.pk, by=h.clerk, now=h.now)),
    "rate": Act(Hall.delivered, lambda h, c: actions.rate(c, level=1, by=h.resident, now=h.now)),
    "rate_badly": Act(
        Hall.delivered, lambda h, c: actions.rate(c, level=5, by=h.resident, now=h.now)
    ),
    "deliver_by_post": Act(
        Hall.granted,
        lambda h, c: aftercare.deliver(
            c.pk, way="post", tracking_number="EA1", by=h.clerk, now=h.now
        ),
    ),
    "stop_benefit": Act(
        Hall.granted,
        lambda h, c: aftercare.stop(c.benefit.pk, reason="经核实", by=h.decider, now=h.now),
    ),
    "open_case": Act(Hall.filed, lambda h, c: actions.open_case(c.pk, by=h.clerk, now=h.now)),
    "reveal_in_case": Act(
        Hall.filed,
        lambda h, c: actions.reveal_in_case(
            c.pk, "id_number", reason="核对证件", by=h.clerk, now=h.now
        ),
    ),
    "file_once": Act(
        lambda h: None,
        lambda h, _nothing: actions.file_once(
            h.version,
            answers_for(
                h.version, h.applicant, rng=random.Random(1), today=timezone.localdate(h.now)
            ),
            applicant=h.applicant,
            key="0123456789abcdef",
            fingerprint="a",
            by=h.resident,
            now=h.now,
        ),
    ),
    "withdraw_once": Act(
        Hall.accepted,
        lambda h, c: actions.withdraw_once(
            c.pk, reason="", key="0123456789abcdef", fingerprint="a", by=h.resident, now=h.now
        ),
    ),
    "count_empty_search": Act(
        lambda h: None,
        lambda h, _nothing: count_empty_search("钓鱼执照", now=h.now),
    ),
    "write_message": Act(
        written, lambda h, c: actions.write_message(c.pk, "快了。", by=h.director, now=h.now)
    ),
    "read_messages": Act(
        written, lambda h, c: actions.read_messages(c.pk, by=h.director, now=h.now)
    ),
    "settle_messages": Act(
        written, lambda h, c: actions.settle_messages(c.pk, by=h.director, now=h.now)
    ),
    "answer_signature": Act(
        to_sign,
        lambda h, row: actions.answer_signature(
            row.pk, SignatureState.SIGNED, by=resident_scope(row.person.account), now=h.now
        ),
    ),
    "record_signature": Act(
        to_sign, lambda h, row: actions.record_signature(row.pk, how="paper", by=h.clerk, now=h.now)
    ),
    "record_mandate": Act(holder, mandate),
    "revoke_mandate": Act(
        lambda h: mandate(h, holder(h)),
        lambda h, row: actions.revoke_mandate(row.pk, by=h.resident, now=h.now),
    ),
    "keep_paper": Act(lambda h: None, lambda h, _nothing: keep(h)),
    "drop_paper": Act(keep, lambda h, paper: actions.drop_paper(paper.pk, by=h.resident)),
    "use_paper": Act(
        kept,
        lambda h, pair: actions.use_paper(
            pair[0].pk, pair[1].pk, "photo", by=h.resident, now=h.now
        ),
        item=ALLOWANCE,
    ),
    "start_again": Act(
        lambda h: actions.withdraw(h.filed().pk, by=h.resident, now=h.now),
        lambda h, c: actions.start_again(c.pk, by=h.resident, now=h.now),
    ),
    "start_family": Act(lambda h: None, lambda h, _nothing: start_family(h), item=SUBSIDY),
    "save_family": Act(
        start_family,
        lambda h, f: actions.save_family(f, {"institution": "no"}, by=h.resident, now=h.now),
        item=SUBSIDY,
    ),
    "discard_family": Act(
        start_family, lambda h, f: actions.discard_family(f.pk, by=h.resident), item=SUBSIDY
    ),
    "accept_deletion": Act(
        deletion,
        lambda h, pair: rights.accept_deletion(
            pair[0].pk, pair[0].parts, answer="", by=pair[1], now=h.now
        ),
        item=ALLOWANCE,
    ),
    "publish_bundle": Act(
        waiting_bundle,
        lambda h, pair: catalogue.publish_bundle(pair[0].pk, by=pair[1], now=h.now),
        item=SUBSIDY,
    ),
    "submit_family": Act(
        family,
        lambda h, f: actions.submit_family(f.pk, by=h.resident, now=h.now),
        item=SUBSIDY,
    ),
    "withdraw": Act(Hall.accepted, lambda h, c: actions.withdraw(c.pk, by=h.resident, now=h.now)),
}
SWEPT.update(getattr(actions, name) for name in ACTS if hasattr(actions, name))
SWEPT.update({aftercare.deliver, aftercare.stop, catalogue.publish, count_empty_search})


@pytest.mark.parametrize("name", ACTS)
def test_an_act_happens_wholly_or_not_at_all(name):
    act = ACTS[name]
    place = lettered_hall(act.item or DIBAO, publicity_days=act.publicity_days)
    given = act.before(place)
    assert sweep(name, lambda: act.act(place, given))[1]
