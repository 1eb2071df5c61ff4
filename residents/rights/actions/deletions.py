"""删除和注销: asked by the resident, decided by the data clerk of the district, carried out part by part (PIPL 47).

The audit trail is left alone: it holds ids and codes, no personal values, so that its chain stays whole.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.users import close_account
from common import storage
from common.errors import Conflict, Invalid
from community.governance.scopes import Scope
from residents.base.actions import Statement, say
from residents.base.attributes import ATTRIBUTES
from residents.base.known import kept
from residents.base.models import Person, SourceRecord
from residents.rights import erasing, holdings
from residents.rights.actions import _core
from residents.rights.enums import FamilyState, RequestAction
from residents.rights.models import Consent, Deletion, FamilyConsent

DONE, KEPT, ELSEWHERE = "done", "kept", "elsewhere"


def file_deletion(parts: Collection[str], *, by: Scope, now: datetime) -> Deletion:
    """Ask for parts of the own data to be deleted. Raises Invalid for what may not be asked, Conflict."""
    today = timezone.localdate(now)
    due = _core.due_of("deletion_days", now=now)
    with transaction.atomic(durable=True):
        person = _locked(Person.objects.of_account(by.user_id).get().pk)
        records = SourceRecord.objects.filter(person_id=person.pk)
        offered = [part.key for part in erasing.parts_of(person, records, erasing.rules_on(today))]
        wanted = [key for key in offered if key in parts]
        if not wanted or set(parts) - set(offered):
            text = _("请勾选要删除的内容。")
            raise Invalid("parts_missing", text, {"parts": text})
        if Deletion.objects.visible_to(by).open().filter(person=person).exists():
            raise Conflict("already_asked", _("您已有一份删除申请在办，请等答复，或先撤回。"))
        found = Deletion.objects.create(
            person=person,
            filed_by=_core.account_of(by),
            filed_at=now,
            due_on=due.day,
            due_is_provisional=due.is_provisional,
            parts=wanted,
        )
        _core.trail("deletion.filed", found, by=by, now=now)
        _core.tell("deletion.filed", found, now=now)
    return found


def look_at_deletion(deletion_id: UUID, *, by: Scope, now: datetime) -> None:
    _core.look(Deletion, deletion_id, name="deletion", by=by, now=now)


def accept_deletion(
    deletion_id: UUID, parts: Collection[str], *, answer: str, by: Scope, now: datetime
) -> Deletion:
    """Delete these of the parts that were asked; what is kept, and why, stands in the answer.

    Raises Invalid when a part is left and the answer does not say why.
    """
    with transaction.atomic(durable=True):
        found = _core.claim(Deletion, deletion_id, RequestAction.ACCEPT, by=by)
        chosen = [part for part in found.parts if part in parts]
        if not chosen:
            text = _("请勾选要删除的内容；一项也不删的，请选不同意。")
            raise Invalid("parts_missing", text, {"parts": text})
        if len(chosen) < len(found.parts) and not answer.strip():
            text = _("没有全部删除的，请写明留下什么、为什么、留到什么时候。")
            raise Invalid("reason_missing", text, {"answer": text})
        person = _locked(found.person_id)
        files = _forget(person, chosen)
        found.done = dict.fromkeys(found.parts, KEPT) | _erase(person, chosen, by=by, now=now)
        closed = _core.close(
            found, RequestAction.ACCEPT, answer=answer, name="deletion", by=by, now=now
        )
        if erasing.ACCOUNT in chosen and person.account_id:
            close_account(person.account_id, by=by, now=now)
            Person.objects.filter(pk=person.pk).update(account=None, changed_at=now)
    for name in files:
        storage.drop(name)
    return closed


def _forget(person: Person, parts: list[str]) -> list[str]:
    """What is kept for the person alone. With the account all of it goes: nobody could reach it any more."""
    there = holdings.forgettable(person.pk)
    is_all = erasing.ACCOUNT in parts
    return holdings.forget(person.pk, [code for code in there if is_all or code in parts])


def refuse_deletion(deletion_id: UUID, *, answer: str, by: Scope, now: datetime) -> Deletion:
    with transaction.atomic(durable=True):
        found = _core.claim(Deletion, deletion_id, RequestAction.REFUSE, by=by)
        return _core.close(
            found, RequestAction.REFUSE, answer=answer, name="deletion", by=by, now=now
        )


def withdraw_deletion(deletion_id: UUID, *, by: Scope, now: datetime) -> Deletion:
    with transaction.atomic(durable=True):
        found = _core.claim(Deletion, deletion_id, RequestAction.WITHDRAW, by=by)
        return _core.close(found, RequestAction.WITHDRAW, name="deletion", by=by, now=now)


def _erase(person: Person, parts: list[str], *, by: Scope, now: datetime) -> dict[str, str]:
    keys = [part for part in parts if part in ATTRIBUTES]
    done = dict.fromkeys(set(parts) - set(keys) - set(erasing.WHOLE), DONE)
    if keys:
        for source in erasing.OWN:
            away = Statement(
                person.pk, {}, now, restores=dict.fromkeys(_said(person, source, keys))
            )
            say([away], source=source, by=by, now=now)
        left = Person.objects.select_related("detail").get(pk=person.pk)
        for key in keys:
            # Another source says it too: what a department holds is deleted there.
            done[key] = ELSEWHERE if kept(left, key)[0] else DONE
    if erasing.CONSENTS in parts:
        Consent.objects.filter(person=person, withdrawn_at__isnull=True).update(withdrawn_at=now)
        done[erasing.CONSENTS] = DONE
    if erasing.FAMILY in parts:
        FamilyConsent.objects.filter(
            Q(giver=person) | Q(receiver=person), state__in=[FamilyState.ASKED, FamilyState.GIVEN]
        ).update(state=FamilyState.ENDED, ended_at=now)
        done[erasing.FAMILY] = DONE
    if erasing.ACCOUNT in parts:
        done[erasing.ACCOUNT] = DONE
    return done


def _said(person: Person, source: str, keys: list[str]) -> list[str]:
    """Which of these a source says: in its record, or as the kept value without one."""
    record = SourceRecord.objects.filter(person=person, source_id=source).first()
    values = record.values if record else {}
    return [key for key in keys if key in values or erasing.origin(person, key) == source]


def _locked(person_id: UUID) -> Person:
    return (
        Person.objects.select_related("community", "detail")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=person_id)
    )
