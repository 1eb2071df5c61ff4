"""留言: the applicant writes on his case, the body that has it in hand answers. Each reads what the other wrote."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common import storage
from common.errors import Invalid, NotAllowed
from common.uploads import CleanFile
from community.governance.enums import Power
from community.governance.scopes import Scope
from notifications import outbox
from servicehall.cases.actions import _core, files as file_actions
from servicehall.cases.enums import CLOSED_STATES
from servicehall.cases.models import Case, CaseMessage, Upload
from servicehall.catalogue.enums import Channel
from servicehall.catalogue.models import HallLimit

MAX_WORDS = 1000
MAX_FILES = 3
FIELD = "message"
HANDLES = (Power.ACCEPT_CASES, Power.REVIEW_CASES, Power.DECIDE_CASES)


def write_message(
    case_id: uuid.UUID,
    text: str,
    *,
    files: Sequence[CleanFile] = (),
    by: Scope,
    now: datetime,
) -> CaseMessage:
    """The applicant to whoever has his case, or that body to him. An answer settles what he had written.

    Raises Case.DoesNotExist outside the viewer's reach, Invalid, NotAllowed.
    """
    words = _words(text, files)
    kept: list[str] = []
    try:
        with transaction.atomic(durable=True):
            case = _claim(case_id, by=by)
            _check_may(case, by=by, now=now)
            message = CaseMessage.objects.create(
                case=case,
                is_from_applicant=not by.is_staff,
                text=words,
                user_id=by.user_id,  # type: ignore[misc]  # nobody sees no case
                post_id=by.post_id if by.is_staff else None,
                post_label=by.post_label if by.is_staff else "",
                at=now,
            )
            for file in files:
                upload = file_actions.keep(
                    file, draft=None, case=case, field=FIELD, by=by, now=now, message=message
                )
                kept.append(upload.stored_as)
            _trail(case, "case.answered" if by.is_staff else "case.wrote", by=by, now=now)
            if by.is_staff:
                case.messages.unanswered().update(settled_at=now)
                _tell(case, message, now=now)
    except Exception:
        for name in kept:
            storage.drop(name)
        raise
    return message


def _words(text: str, files: Sequence[CleanFile]) -> str:
    words = text.strip()
    if not words or len(words) > MAX_WORDS:
        said = _("请写留言，最多 %(most)s 字。") % {"most": MAX_WORDS}
        raise Invalid("text_unfit", said, {"text": said})
    if len(files) > MAX_FILES:
        said = _("一次最多附 %(most)s 个文件。") % {"most": MAX_FILES}
        raise Invalid("too_many_files", said, {"attached": said})
    return words


def _check_may(case: Case, *, by: Scope, now: datetime) -> None:
    if refusal := refuses(case, by=by, now=now):
        raise refusal
    if by.is_staff:
        _core.check_conflict(case, by=by)


def settle_messages(case_id: uuid.UUID, *, by: Scope, now: datetime) -> int:
    """已阅，不用答复: a word of thanks needs no answer. Returns how many were waiting."""
    with transaction.atomic(durable=True):
        case = _claim(case_id, by=by)
        if refusal := _not_in_hand(case, by=by):
            raise refusal
        _core.check_conflict(case, by=by)
        settled = case.messages.unanswered().update(settled_at=now)
        if settled:
            _trail(case, "case.message_settled", by=by, now=now)
    return settled


def read_messages(case_id: uuid.UUID, *, by: Scope, now: datetime) -> list[CaseMessage]:
    """The messages of a case, oldest first; what the other side wrote is read from now on.

    A look of the staff stands in the trail. Only who has the case in hand reads for the body: a supervisor
    who looks leaves no mark. Raises Case.DoesNotExist outside the viewer's reach.
    """
    with transaction.atomic():
        case = (
            Case.objects.visible_to(by)
            .select_related("community", "handler", "window", "version__item")
            .get(pk=case_id)
        )
        files = Prefetch("uploads", Upload.objects.order_by("id"))
        found = list(case.messages.select_related("post__body").prefetch_related(files))
        if by.is_staff:
            _trail(case, "case.viewed", by=by, now=now, page="messages")
        unread = [
            row for row in found if row.read_at is None and row.is_from_applicant == by.is_staff
        ]
        if unread and not (by.is_staff and _not_in_hand(case, by=by)):
            CaseMessage.objects.filter(pk__in=[row.pk for row in unread]).update(read_at=now)
    return found


def refuses(case: Case, *, by: Scope, now: datetime) -> NotAllowed | None:
    """Why the viewer may not write on this case now; None where he may."""
    if by.is_staff and (refusal := _not_in_hand(case, by=by)):
        return refusal
    if by.is_staff and not _readers(case):
        return NotAllowed("no_account", _("申请人没有账号，看不到留言，请打电话联系。"))
    if by.is_staff and case.messages.unanswered().exists():
        return None  # who waits for an answer gets it, however late
    if case.state in CLOSED_STATES and case.closed_on is not None:
        today = timezone.localdate(now)
        if (today - case.closed_on).days > HallLimit.objects.in_force(today).rate_days:
            return NotAllowed(
                "messages_over", _("本件办结已久，不再收留言。有事请拨打服务站电话，或重新申请。")
            )
    return None


def _not_in_hand(case: Case, *, by: Scope) -> NotAllowed | None:
    if not any(by.has(power) for power in HANDLES):
        return NotAllowed("no_power", _("您现在的岗位不能答复申请人。"))
    if case.handler_id != by.body_id:
        said: str | Promise = _("本件现在由%(body)s办理，由对方答复申请人。") % {
            "body": case.handler.label
        }
        return NotAllowed("not_in_hand", said)
    if not by.answers_for(case.version.item.window_id) and not by.answers_for(case.window_id):
        return NotAllowed(
            "not_your_line",
            _("本件是“%(window)s”的业务，由负责这项业务的同事答复。")
            % {"window": case.window.label},
        )
    return None


def _claim(case_id: uuid.UUID, *, by: Scope) -> Case:
    Case.objects.visible_to(by).only("pk").select_for_update(of=("self",), no_key=True).get(
        pk=case_id
    )
    return Case.objects.select_related(
        "version__item", "community", "handler", "applicant", "window"
    ).get(pk=case_id)


def _trail(case: Case, code: str, *, by: Scope, now: datetime, **detail: object) -> None:
    audit.record(
        code,
        by=by,
        target=case,
        person_id=case.applicant_id,
        place_path=case.community.path,
        detail={"number": case.number, **detail},
        now=now,
    )


def _readers(case: Case) -> set[uuid.UUID]:
    """The accounts that see the applicant's page: his own, and that of the resident who filed for him."""
    by_proxy = case.filed_by_id if case.channel == Channel.ONLINE else None
    return {account for account in (case.applicant.account_id, by_proxy) if account}


def _tell(case: Case, message: CaseMessage, *, now: datetime) -> None:
    """In the portal only: an answer is none of the five events for which a telephone rings."""
    for account in sorted(_readers(case)):
        outbox.post(
            "case.message",
            key=f"message:{message.pk}:{account}",
            user_id=account,
            person_id=case.applicant_id if account == case.applicant.account_id else None,
            about=f"case:{case.pk}",
            place_path=case.community.path,
            params={
                "item": case.version.name.get("zh", ""),
                "item_en": case.version.name.get("en", ""),
            },
            now=now,
        )
