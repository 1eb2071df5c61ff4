"""我的材料: kept once, copied into any filing, with a mark on copies of identity documents; deleted at will."""

import hashlib
import uuid
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _, gettext_noop

from common import pictures, storage
from common.errors import Invalid, NotAllowed
from common.uploads import CleanFile
from community.governance.scopes import Scope
from residents.base.models import Person
from servicehall.cases.actions import files as file_actions
from servicehall.cases.enums import IDENTITY_MATERIALS, IDENTITY_PAPERS, PaperKind
from servicehall.cases.models import Draft, KeptPaper, Upload
from servicehall.catalogue.models import ItemVersion

MOST = 50


def keep_paper(
    file: CleanFile,
    *,
    kind: str,
    title: str = "",
    expires_on: date | None = None,
    by: Scope,
    now: datetime,
) -> KeptPaper:
    """Put a checked file among one's own papers. Raises Person.DoesNotExist without a person, Invalid."""
    if kind not in PaperKind.values:
        raise Invalid("kind_unknown", _("请选择材料种类。"), {"kind": _("请选择。")})
    if expires_on is not None and expires_on < timezone.localdate(now):
        text = _("这份材料已经过期，请换有效的。")
        raise Invalid("expired", text, {"expires_on": text})
    doubts = pictures.doubts(file.content, file.kind)
    name = storage.keep(file.content)
    try:
        with transaction.atomic(durable=True):
            person = (
                Person.objects.of_account(by.user_id)
                .select_related("community")
                .select_for_update(of=("self",), no_key=True)
                .get()
            )
            _check_room(by)
            paper = KeptPaper.objects.create(
                person=person,
                kind=kind,
                title=(title.strip() or file.name)[:120],
                expires_on=expires_on,
                file_kind=file.kind,
                size=file.size,
                stored_as=name,
                doubts=doubts,
                uploaded_by_id=by.user_id,  # type: ignore[misc]  # a person was found
                uploaded_at=now,
            )
    except Exception:
        storage.drop(name)
        raise
    return paper


def _check_room(by: Scope) -> None:
    if KeptPaper.objects.visible_to(by).count() >= MOST:
        raise NotAllowed("too_many_papers", _("材料已经存满，请先删除不用的。"))


def drop_paper(paper_id: uuid.UUID, *, by: Scope) -> None:
    """Forget one's own paper. What was filed with it stays with its case."""
    with transaction.atomic(durable=True):
        paper = KeptPaper.objects.visible_to(by).select_for_update(of=("self",)).get(pk=paper_id)
        paper.delete()
    storage.drop(paper.stored_as)


def forget_papers(person_id: uuid.UUID) -> list[str]:
    """All that a person keeps, in the transaction of his deletion; the files are the caller's to drop then.

    What was filed with a paper is a copy, belongs to its case and stays as long as the law says.
    """
    rows = KeptPaper.objects.filter(person_id=person_id).select_for_update(of=("self",))
    papers = list(rows.order_by("pk"))
    KeptPaper.objects.filter(pk__in=[paper.pk for paper in papers]).delete()
    return [paper.stored_as for paper in papers]


def open_paper(paper_id: uuid.UUID, *, by: Scope) -> tuple[KeptPaper, bytes]:
    paper = KeptPaper.objects.visible_to(by).get(pk=paper_id)
    return paper, storage.read(paper.stored_as)


def use_paper(
    paper_id: uuid.UUID, draft_id: uuid.UUID, field: str, *, by: Scope, now: datetime
) -> Upload:
    """Copy a kept paper into a file field of a draft; an expired one is refused.

    Raises KeptPaper.DoesNotExist and Draft.DoesNotExist outside the own reach.
    """
    paper, content = open_paper(paper_id, by=by)
    if paper.expires_on is not None and paper.expires_on < timezone.localdate(now):
        day = formats.date_format(paper.expires_on, "DATE_FORMAT")
        text = _("“%(title)s”已于 %(day)s 过期，请换一份有效的。") % {
            "title": paper.title,
            "day": day,
        }
        raise Invalid("expired", text, {field: text})
    file = CleanFile(
        content,
        paper.file_kind,  # type: ignore[arg-type]  # as common.uploads said
        None,
        len(content),
        hashlib.sha256(content).hexdigest(),
        f"{paper.title.removesuffix('.' + paper.file_kind)}.{paper.file_kind}",
    )
    draft = Draft.objects.visible_to(by).get(pk=draft_id)
    if paper.kind in IDENTITY_PAPERS or field in identity_fields(draft.version):
        file = marked_for(file, draft, now=now)
    return file_actions.attach(draft_id, field, file, by=by, now=now)


def identity_fields(version: ItemVersion) -> set[str]:
    """The file fields in which a copy of an identity document is wanted."""
    return {
        paper["field"]
        for paper in version.materials
        if paper.get("field") and paper["code"] in IDENTITY_MATERIALS
    }


def marked_for(file: CleanFile, draft: Draft, *, now: datetime) -> CleanFile:
    """The copy that goes with an application says for what it may be used, in the language of record."""
    today = timezone.localdate(now)
    content = pictures.marked(
        file.content,
        file.kind,
        gettext_noop("仅用于办理“%(item)s” %(day)s")
        % {"item": draft.version.name["zh"], "day": today.isoformat()},
        plain=f"ONLY FOR {draft.version.item_id} {today.isoformat()}",
    )
    return replace(
        file,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
