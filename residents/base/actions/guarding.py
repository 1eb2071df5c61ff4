"""The guard at the files: a daily budget, a proof for many reveals, an alarm at canaries (security.md T3, T4).

Every way to a person's file passes here inside its own transaction, so a refused look leaves no trace of success.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import budget, limits
from accounts.models import AuditEntry, User
from common.errors import NotAllowed
from community.governance import watchers
from community.governance.scopes import Scope
from residents.base.models import Canary, Person


class ProofNeeded(NotAllowed):
    """So many values were shown in full today that the person must prove herself once more."""


def guard_opening(person: Person, *, by: Scope, now: datetime) -> None:
    """Count the opening of a file. Raises NotAllowed ("too_many_files") beyond the day's budget."""
    _guard(person, by=by, now=now)


def guard_reveal(person: Person, *, is_proven: bool, by: Scope, now: datetime) -> None:
    """Count a value shown in full; it counts as an opening too, so that it is no way around.

    `is_proven`: a second factor was given lately. Raises ProofNeeded beyond the day's free reveals.
    """
    _guard(person, is_reveal=True, is_proven=is_proven, by=by, now=now)


def _guard(
    person: Person, *, is_reveal: bool = False, is_proven: bool = True, by: Scope, now: datetime
) -> None:
    if by.user_id is None or not by.is_staff:
        return
    day = timezone.localdate(now)
    figures = limits.in_force(day)
    use = budget.count_look(by.user_id, person.pk, is_reveal=is_reveal, now=now)
    if use.files > figures.files_most:
        raise NotAllowed(
            "too_many_files",
            _(
                "您今天打开的档案已到上限。明天可以继续；今天确需办理的，请站长或负责人安排其他同事，"
                "有疑问请联系安全管理员。"
            ),
        )
    if is_reveal and use.reveals > figures.reveals_unproven and not is_proven:
        raise ProofNeeded(
            "proof_needed",
            _("您今天查看完整内容的次数已经很多，请先确认是您本人，然后再看这一项。"),
        )
    if use.files > figures.files_noticed and use.is_new:
        watchers.tell(
            "files.many",
            key=f"files:{by.user_id}:{day}",
            roles=watchers.GUARDS,
            path=by.body_path,
            params={**_who(by), "count": figures.files_noticed},
            now=now,
        )


def raise_alarm(person: Person, entry: AuditEntry, *, by: Scope, now: datetime) -> None:
    """Tell the guards at once when the file is a canary's; whoever opened it notices nothing."""
    if by.is_staff and Canary.objects.of_person(person.pk).exists():
        watchers.tell(
            "canary.touched",
            key=f"canary:{entry.pk}",
            roles=watchers.GUARDS,
            path=person.community.path,
            params={
                **_who(by),
                "time": f"{now.astimezone(timezone.get_default_timezone()):%Y-%m-%d %H:%M}",
                "entry": entry.pk,
            },
            now=now,
        )


def _who(by: Scope) -> dict[str, str]:
    user = User.objects.get(pk=str(by.user_id))
    return {"office": by.post_label, "name": user.display_name, "account": user.username}
