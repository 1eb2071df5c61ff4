"""共同签字: every adult of the household agrees for himself before a case goes on."""

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import Conflict, NotAllowed
from notifications.models import Message
from residents.rights.actions import record_guardian
from servicehall.cases import actions
from servicehall.cases.enums import CaseState, SignatureHow, SignatureState
from servicehall.cases.models import CoSignature
from tests.factories.governance import resident_scope
from tests.factories.residents import PersonFactory, household, years_ago
from tests.factories.servicehall import hall
from tests.servicehall.beside import everything_beside
from tests.servicehall.filing_steps import photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads_of_this_test(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"


def family():
    """The applicant with a grown-up son who has an account, a grown-up daughter without one, and a child."""
    here = hall()
    son, daughter = (PersonFactory(community=here.community, account=has) for has in (True, False))
    child = PersonFactory(community=here.community, birth_on=years_ago(9))
    household(here.applicant, son=son, daughter=daughter, grandson=child)
    named = [str(person.pk) for person in (here.applicant, son, daughter, child)]
    return here, here.filed(answers={"members": named}), son, daughter


def refusal(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as caught:
        call(*args, **kwargs)
    return caught.value


def sign(row, scope, state=SignatureState.SIGNED):
    return actions.answer_signature(row.pk, state, by=scope, now=timezone.now())


def test_a_case_is_accepted_only_when_every_adult_has_signed_online_or_on_paper(client_for):
    here, case, son, daughter = family()
    assert {row.person_id for row in case.signatures.all()} == {son.pk, daughter.pk}
    assert Message.objects.filter(kind="cosign.asked", person_id=son.pk).count() == 2
    missing = refusal(actions.accept, case.pk, by=here.clerk, now=here.now)
    assert missing.code == "signatures_missing"
    assert "2" in str(missing.message)
    assert daughter.full_name not in str(missing.message)

    page = client_for(here.clerk).get(reverse("servicehall:case", args=[case.pk]))
    assert "还有 2 位成年家庭成员没有签字" in page.content.decode()
    phone = client_for(resident_scope(son.account))
    assert reverse("servicehall:my-signatures") in phone.get(reverse("home")).content.decode()
    page = phone.get(reverse("servicehall:my-signatures")).content.decode()
    assert case.version.content["cosign_text"]["zh"] in page
    own = case.signatures.get(person=son)
    answer = phone.post(reverse("servicehall:my-signature", args=[own.pk, "sign"]))
    assert answer.status_code == 302
    other = case.signatures.get(person=daughter)
    assert (
        phone.post(reverse("servicehall:my-signature", args=[other.pk, "sign"])).status_code == 404
    )

    desk = client_for(here.clerk)
    assert (
        "m-cosign"
        in desk.get(reverse("servicehall:case-act", args=[case.pk, "supplement"])).content.decode()
    )
    url = reverse("servicehall:case-signature", args=[case.pk, other.pk])
    assert desk.post(url, {"how": "guardian"}).status_code == 422  # no guardian is known
    assert desk.post(url, {"how": "paper", "scan": photo()}).status_code == 302
    other.refresh_from_db()
    assert (other.how, other.post_id, other.scan.case_id) == (
        SignatureHow.PAPER,
        here.clerk.post_id,
        case.pk,
    )
    beside = everything_beside(desk, reverse("servicehall:case-more", args=[case.pk]))
    assert reverse("servicehall:file", args=[other.scan_id]) in beside
    assert "申请人还没有留言" in beside  # and not what an applicant reads there
    assert actions.accept(case.pk, by=here.clerk, now=here.now).state == CaseState.ACCEPTED


def test_a_consent_taken_back_stops_the_case_until_it_is_given_again():
    here, case, son, _daughter = family()
    scope = resident_scope(son.account)
    for row in case.signatures.all():
        if row.person_id == son.pk:
            sign(row, scope)
        else:
            actions.record_signature(row.pk, how="paper", by=here.clerk, now=here.now)
    case = actions.accept(case.pk, by=here.clerk, now=here.now)
    own = case.signatures.get(person=son)
    sign(own, scope, SignatureState.WITHDRAWN)
    case.refresh_from_db()
    assert (case.state, case.promised_due_on) == (CaseState.SUPPLEMENT_REQUIRED, None)
    assert case.notices.get().items[0]["key"] == "cosign"
    assert Message.objects.filter(kind="case.supplement", person_id=here.applicant.pk).exists()
    case = actions.answer_supplement(case.pk, answers={}, by=here.resident, now=here.now)
    for by in (here.director, here.official):
        case = actions.forward(case.pk, by=by, now=here.now, opinion="属实")
    assert (
        refusal(actions.grant, case.pk, by=here.decider, now=here.now).code == "signatures_missing"
    )
    sign(own, scope)
    assert actions.grant(case.pk, by=here.decider, now=here.now).state == CaseState.COMPLETED
    with pytest.raises(Conflict):
        sign(own, scope, SignatureState.WITHDRAWN)


def test_a_guardian_signs_for_whoever_cannot_and_strangers_for_nobody():
    here, case, _son, daughter = family()
    row = case.signatures.get(person=daughter)
    guardian = PersonFactory(community=here.community, account=True)
    with pytest.raises(CoSignature.DoesNotExist):
        sign(row, resident_scope(guardian.account))
    record_guardian(
        daughter.pk,
        guardian.pk,
        kind="designated",
        document="法院判决书",
        from_on=timezone.localdate(here.now),
        by=here.clerk,
        now=here.now,
    )
    assert sign(row, resident_scope(guardian.account)).how == SignatureHow.GUARDIAN
