"""留言: the applicant asks on his case, the body that has it answers, and nobody else is in between."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry
from common.errors import NotAllowed
from community.governance.enums import Role
from notifications.models import Message
from servicehall.cases import actions
from servicehall.cases.models import CaseMessage
from tests.factories.governance import staff
from tests.factories.servicehall import ALLOWANCE, JOBLESS, hall
from tests.servicehall.beside import everything_beside
from tests.servicehall.filing_steps import photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads_of_this_test(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"


def refusal(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_a_question_with_a_photo_is_answered_by_who_has_the_case_and_told_in_the_portal_only(
    client_for, count_queries
):
    here = hall(ALLOWANCE)
    case = here.accepted()
    phone, desk = client_for(here.resident), client_for(here.director)
    url = reverse("servicehall:my-case-messages", args=[case.pk])
    words = "照片重拍了，<b>这样</b>行吗？"
    assert phone.post(url, {"text": words, "attached": photo()}).status_code == 302
    asked = CaseMessage.objects.get()
    assert asked.uploads.get().field == "message"
    assert (
        "补交的材料"
        not in phone.get(reverse("servicehall:my-case", args=[case.pk])).content.decode()
    )

    listed = desk.get(reverse("servicehall:desk"), {"group": "messages"}).content.decode()
    assert str(case.pk) in listed
    theirs = reverse("servicehall:case-messages", args=[case.pk])
    for browser, address in (
        (desk, theirs),
        (phone, url),
        *(
            (phone, reverse(f"servicehall:{name}"))
            for name in ("my-cases", "my-papers", "my-mandates", "my-signatures", "bundles")
        ),
    ):
        browser.get(address)
        assert count_queries(lambda b=browser, a=address: b.get(a)) <= 10, address
    page = desk.get(theirs).content.decode()
    assert "&lt;b&gt;这样&lt;/b&gt;" in page
    assert CaseMessage.objects.get(pk=asked.pk).read_at is not None
    looks = AuditEntry.objects.filter(action="case.viewed", detail__page="messages")
    assert looks.filter(person_id=here.applicant.pk).exists()
    assert desk.get(reverse("servicehall:file", args=[asked.uploads.get().pk])).status_code == 200

    assert desk.post(theirs, {"text": "行。"}).status_code == 302
    told = Message.objects.get(kind="case.message")
    assert (told.channel, told.user_id) == ("in_site", here.resident.user_id)
    assert (
        str(case.pk)
        not in desk.get(reverse("servicehall:desk"), {"group": "messages"}).content.decode()
    )
    assert "行。" in phone.get(url).content.decode()
    assert CaseMessage.objects.filter(read_at__isnull=True).count() == 0


def test_what_the_staff_say_among_themselves_never_stands_among_the_messages(client_for):
    here = hall()
    case = here.filed()
    actions.accept(case.pk, by=here.clerk, now=here.now, remark="疑似隐瞒，入户时留意")
    actions.write_message(case.pk, "请带户口簿原件。", by=here.director, now=here.now)
    for name in ("my-case", "my-case-more", "my-case-messages"):
        url = reverse(f"servicehall:{name}", args=[case.pk])
        assert "疑似隐瞒" not in everything_beside(client_for(here.resident), url)


def test_only_the_body_in_whose_hand_the_case_is_answers_or_marks_as_read():
    here = hall()
    case = here.accepted()
    actions.write_message(case.pk, "到哪一步了？", by=here.resident, now=here.now)
    actions.forward(case.pk, by=here.director, now=here.now, opinion="属实")
    # The station sees it still, but the street has it.
    assert (
        refusal(actions.write_message, case.pk, "快了", by=here.clerk, now=here.now)
        == "not_in_hand"
    )
    assert refusal(actions.settle_messages, case.pk, by=here.clerk, now=here.now) == "not_in_hand"
    actions.read_messages(case.pk, by=here.clerk, now=here.now)
    assert CaseMessage.objects.get().read_at is None
    actions.read_messages(case.pk, by=here.official, now=here.now)
    assert CaseMessage.objects.get().read_at is not None
    assert actions.settle_messages(case.pk, by=here.official, now=here.now) == 1
    assert not Message.objects.filter(kind="case.message").exists()
    far = staff(Role.WINDOW_CLERK, here.taker(here.filed()))
    with pytest.raises(type(case).DoesNotExist):
        actions.write_message(case.pk, "你好", by=far, now=here.now)


def test_a_closed_case_takes_messages_as_long_as_it_takes_a_rating_and_an_answer_longer():
    here = hall(JOBLESS)
    case = actions.finish_at_once(here.filed().pk, by=here.clerk, now=here.now)
    late = here.now + timedelta(days=9)
    actions.write_message(case.pk, "证明上的名字写错了", by=here.resident, now=late)
    over = here.now + timedelta(days=12)
    assert (
        refusal(actions.write_message, case.pk, "还有", by=here.resident, now=over)
        == "messages_over"
    )
    actions.write_message(case.pk, "请来换一张", by=here.clerk, now=over)
    assert (
        refusal(actions.write_message, case.pk, "请来", by=here.clerk, now=over) == "messages_over"
    )


def test_empty_long_and_hostile_messages_come_back_with_what_was_typed(client_for):
    here = hall()
    case = here.filed()
    phone = client_for(here.resident)
    url = reverse("servicehall:my-case-messages", args=[case.pk])
    assert phone.post(url, {"text": "  "}).status_code == 422
    assert phone.post(url, {"text": "长" * 1001}).status_code == 422
    page = SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    answer = phone.post(url, {"text": "见附件", "attached": page})
    assert answer.status_code == 422
    assert "见附件" in answer.content.decode()
    assert not CaseMessage.objects.exists()
