"""Files of a filing: attached to a draft or to the answer to a notice, removed, opened."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common import pictures, storage
from common.errors import Invalid, NotAllowed
from common.uploads import CleanFile
from community.governance.scopes import Scope
from servicehall.cases.actions import _core
from servicehall.cases.enums import CaseAction
from servicehall.cases.models import Case, CaseMessage, Draft, Supplement, Upload

# What one draft may hold in all; a form asks for a handful of files at most.
MAX_FILES = 30


def attach(draft_id: uuid.UUID, field: str, file: CleanFile, *, by: Scope, now: datetime) -> Upload:
    """Add a checked file (common.uploads.check_upload) to a file field of a draft.

    Raises Draft.DoesNotExist outside the typist's reach, Invalid when the field takes no (more) files.
    """
    with transaction.atomic():
        draft = Draft.objects.visible_to(by).select_for_update(of=("self",)).get(pk=draft_id)
        asked = _file_field(draft.version.fields, field)
        present = list(draft.uploads.values_list("field", flat=True))
        limit = int(asked.get("max") or 1)
        if present.count(field) >= limit or len(present) >= MAX_FILES:
            raise Invalid(
                "too_many_files", _("这一项的文件已经够了；要换一个，请先删除。"), {field: ""}
            )
        return keep(file, draft=draft, case=None, field=field, by=by, now=now)


def remove(upload_id: uuid.UUID, *, by: Scope) -> None:
    """Take a file out of a draft, or one just attached to the answer to an open notice."""
    with transaction.atomic(durable=True):
        upload = (
            Upload.objects.visible_to(by)
            .select_related("case")
            .select_for_update(of=("self",))
            .get(pk=upload_id)
        )
        if upload.uploaded_by_id != by.user_id or not _is_loose(upload):
            raise NotAllowed("file_filed", _("这份材料已经提交，不能删除。"))
        upload.delete()
    storage.drop(upload.stored_as)


def attach_answer(
    case_id: uuid.UUID, key: str, file: CleanFile, *, by: Scope, now: datetime
) -> Upload:
    """Add a file to the answer to the open notice of a case; `key` is one of `notice_keys`."""
    with transaction.atomic():
        case, _rule = _core.claim(case_id, CaseAction.RESUBMIT, by=by)
        notice = _open_notice(case)
        if notice is None or key not in notice_keys(notice):
            raise Invalid("not_asked", _("通知里没有要这份材料。"), {key: ""})
        since = case.uploads.papers().filter(uploaded_at__gt=notice.asked_at).count()
        if since >= MAX_FILES:
            raise Invalid("too_many_files", _("文件太多了，请先删除不需要的。"), {key: ""})
        return keep(file, draft=None, case=case, field=key, by=by, now=now)


def open_file(upload_id: uuid.UUID, *, by: Scope, now: datetime) -> tuple[Upload, bytes]:
    """The bytes of a file. When staff look, the look stands in the audit trail first."""
    with transaction.atomic():
        upload = (
            Upload.objects.visible_to(by)
            .select_related("case__community", "draft__applicant__community")
            .get(pk=upload_id)
        )
        if by.is_staff:
            person_id, path = _concerned(upload)
            audit.record(
                "file.open",
                by=by,
                target=upload,
                person_id=person_id,
                place_path=path,
                detail={"field": upload.field},
                now=now,
            )
    return upload, storage.read(upload.stored_as)


def keep(
    file: CleanFile,
    *,
    draft: Draft | None,
    case: Case | None,
    field: str,
    by: Scope,
    now: datetime,
    message: CaseMessage | None = None,
) -> Upload:
    if by.user_id is None:
        raise NotAllowed("not_signed_in", _("请先登录。"))
    name = storage.keep(file.content)
    try:
        return Upload.objects.create(
            draft=draft,
            case=case,
            message=message,
            field=field,
            title=file.name[:120],
            kind=file.kind,
            size=file.size,
            sha256=file.sha256,
            stored_as=name,
            doubts=pictures.doubts(file.content, file.kind),
            uploaded_by_id=by.user_id,
            uploaded_at=now,
        )
    except Exception:
        storage.drop(name)
        raise


def _file_field(fields: list[dict[str, Any]], key: str) -> Mapping[str, Any]:
    for field in fields:
        if field["key"] == key and field["type"] == "file":
            return field
    raise Invalid("not_asked", _("这个事项没有要这份材料。"), {key: ""})


def notice_keys(notice: Supplement) -> list[str]:
    """The key of each thing that a notice asks for, in order; a free line has its number for a key."""
    return [item.get("key") or f"item-{n}" for n, item in enumerate(notice.items, start=1)]


def _open_notice(case: Case) -> Supplement | None:
    return case.notices.filter(answered_at__isnull=True).last()


def _is_loose(upload: Upload) -> bool:
    if upload.case is None:
        return True
    if upload.message_id is not None:
        return False
    notice = _open_notice(upload.case)
    return notice is not None and upload.uploaded_at > notice.asked_at


def _concerned(upload: Upload) -> tuple[uuid.UUID | None, str]:
    if upload.case is not None:
        return upload.case.applicant_id, upload.case.community.path
    if upload.draft is not None:
        return upload.draft.applicant_id, upload.draft.applicant.community.path
    return None, ""
