"""授权委托书: written when a mandate is given, seen by both, checked by anybody, void when it is revoked."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import NotAllowed
from community.governance.enums import Role
from servicehall.cases import actions as cases
from servicehall.cases.models import Mandate
from servicehall.documents import actions
from servicehall.documents.enums import LetterKind, LetterState
from servicehall.documents.holdings import letters_of
from servicehall.documents.models import Letter, LetterText
from tests.factories.documents import lettered_hall
from tests.factories.governance import CommunityFactory, StationFactory, resident_scope, staff
from tests.factories.residents import PersonFactory, years_ago
from tests.factories.servicehall import JOBLESS, file_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def town(ground):
    return lettered_hall(JOBLESS)


@pytest.fixture
def here(town, db):
    return deepcopy(town)


@pytest.fixture
def helper(here):
    return PersonFactory(community=here.community, account=True, birth_on=years_ago(40))


def given(here, helper, **changes) -> Mandate:
    arguments = {
        "how": "paper",
        "document": "委托书 2026-1",
        "until": timezone.localdate(here.now) + timedelta(days=90),
        "by": here.clerk,
        "now": here.now,
    }
    return cases.record_mandate(here.applicant.pk, helper.pk, **arguments | changes)


def text_of(letter):
    return "\n".join(block["text"] for block in letter.words["blocks"])


def test_who_gave_it_and_who_holds_it_read_the_letter_and_anybody_checks_it(
    here, helper, client_for, client
):
    mandate = given(here, helper, items=[JOBLESS])
    letter = Letter.objects.get()
    assert (letter.mandate, letter.case, letter.kind) == (mandate, None, LetterKind.MANDATE)
    assert letter.body == here.station
    assert f"诺〔{letter.issued_on.year}〕1号" in letter.number
    text = text_of(letter)
    for said in (here.applicant.full_name, helper.full_name, "失业登记", "书面委托：委托书 2026-1"):
        assert said in text, said
    assert here.applicant.id_number not in text
    assert helper.id_number not in text
    assert "见证人" not in text

    for person in (here.applicant, helper):
        phone = client_for(resident_scope(person.account))
        listed = phone.get(reverse("servicehall:my-mandates")).content.decode()
        way = reverse("documents:my-mandate-letter", args=[mandate.pk])
        assert way in listed
        page = phone.get(way, follow=True)
        assert page.status_code == 200
        assert text.splitlines()[0] in page.content.decode()
        assert reverse("servicehall:my-mandates") in page.content.decode()
    phone = client_for(here.resident)
    pdf = phone.get(reverse("documents:my-letter-pdf", args=[letter.pk]))
    assert pdf.content.startswith(b"%PDF")
    stranger = client_for(resident_scope(PersonFactory(account=True).account))
    for name in ("my-letter", "my-letter-pdf"):
        assert stranger.get(reverse(f"documents:{name}", args=[letter.pk])).status_code == 404

    shown = client.get(reverse("documents:verify-code", args=[letter.code])).content.decode()
    assert "现在有效" in shown
    assert here.applicant.full_name not in shown
    same = client.post(
        reverse("documents:verify-compare", args=[letter.code]), {"file": _file(pdf.content)}
    )
    assert "一字不差" in same.content.decode()
    assert [row["kind"] for row in letters_of(here.applicant.pk)] == ["授权委托书"]
    assert not letters_of(helper.pk)


def _file(content):
    return SimpleUploadedFile("a.pdf", content)


def test_the_counter_prints_it_and_others_do_not_see_it(here, helper, client_for):
    mandate = given(here, helper)
    desk = client_for(here.clerk)
    page = desk.get(reverse("servicehall:mandates", args=[here.applicant.pk])).content.decode()
    way = reverse("documents:mandate-letter", args=[mandate.pk])
    assert way in page
    shown = desk.get(way, follow=True).content.decode()
    assert "服务大厅的全部事项" in shown
    assert "作废" not in shown  # it ends with the mandate, not by itself
    entry = AuditEntry.objects.get(action="letter.viewed")
    assert entry.person_id == here.applicant.pk
    far = staff(Role.WINDOW_CLERK, StationFactory(place=CommunityFactory()))
    assert client_for(far).get(way).status_code == 404
    letter = Letter.objects.get()
    assert client_for(far).get(reverse("documents:letter", args=[letter.pk])).status_code == 404
    with pytest.raises(NotAllowed, match="by_mandate"):
        actions.withdraw(letter.pk, reason="错了", by=here.clerk, now=here.now)


def test_it_is_void_as_soon_as_the_mandate_is_revoked_and_says_so_when_it_ran_out(
    here, helper, client
):
    mandate = given(here, helper, how="spoken", document="", witnesses="李明、王红")
    letter = Letter.objects.get()
    assert "见证人：李明、王红" in text_of(letter)
    check = reverse("documents:verify-code", args=[letter.code])
    Mandate.objects.filter(pk=mandate.pk).update(
        from_on=here.now - timedelta(days=9), until=here.now - timedelta(days=2)
    )
    assert "已到期" in client.get(check).content.decode()
    cases.revoke_mandate(mandate.pk, by=here.resident, now=here.now)
    letter.refresh_from_db()
    assert (letter.state, letter.ended_by_id) == (LetterState.WITHDRAWN, None)
    assert "已作废" in client.get(check).content.decode()
    again = given(here, helper)
    assert Letter.objects.in_force().get().mandate == again


def test_a_hall_without_texts_records_mandates_all_the_same(here, helper, client_for):
    LetterText.objects.filter(kind=LetterKind.MANDATE).delete()
    mandate = given(here, helper)
    assert not Letter.objects.exists()
    way = reverse("documents:my-mandate-letter", args=[mandate.pk])
    page = client_for(here.resident).get(way, follow=True)
    assert "没有出具委托书" in page.content.decode()
    case = file_case(here.version, here.applicant, by=resident_scope(helper.account), now=here.now)
    assert case.filed_by_id == helper.account_id
