"""Who holds which post. Ending a post takes its powers with the next request."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.enums import UserKind
from accounts.models import User
from common.errors import Invalid, NotAllowed
from community.governance import grants
from community.governance.enums import PostBasis, Power, Role
from community.governance.models import Body, Post
from community.governance.roles import ROLE_BODIES, SEPARATED
from community.governance.scopes import Scope

# 居民委员会组织法: the committee is elected. Party posts rest on the Party's own decisions (domain S7).
BASIS_OF = {
    Role.COMMITTEE_DIRECTOR: PostBasis.ELECTION,
    Role.COMMITTEE_MEMBER: PostBasis.ELECTION,
    Role.PARTY_SECRETARY: PostBasis.PARTY,
}


def fits(role: Role, basis: PostBasis) -> bool:
    """Whether a post may rest on this legal basis; no post but the committee's is won in an election."""
    return BASIS_OF.get(role, basis) == basis and (basis != PostBasis.ELECTION or role in BASIS_OF)


def appoint(
    user: User,
    *,
    body: Body,
    role: Role,
    basis: PostBasis,
    started_on: date,
    by: audit.Actor,
    now: datetime,
    title: str = "",
    lines: Sequence[str] = (),
    document_no: str = "",
) -> Post:
    """Give a user a post, as from `started_on`. The machine itself (audit.SYSTEM) may do so everywhere.

    Raises NotAllowed when the actor does not hold Power.GRANT wherever the body acts, or is this person, and
    when two posts of one person do not go together; Invalid when person, body, role, basis or lines do not fit.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        _check_actor(by, user, body, started_on)
        _check_fit(user, body, role, basis, lines, started_on)
        _check_others(user, body, role, started_on)
        post = Post.objects.create(
            user=user,
            body=body,
            role=role,
            basis=basis,
            started_on=started_on,
            title=title,
            lines=list(lines),
            document_no=document_no,
            group=grants.group_for(body, role, day=started_on),
        )
        audit.record(
            "post.appointed",
            by=by,
            target=post,
            place_path=body.place.path,
            detail={
                "user": str(user.pk),
                "role": role.value,
                "basis": basis.value,
                "document_no": document_no,
            },
            now=now,
        )
    return post


def end_post(
    post: Post, *, ended_on: date, reason: str = "", by: audit.Actor, now: datetime
) -> Post:
    """End a post: from `ended_on` on it gives nothing. The other posts of the person go on.

    A post that has not begun ends on the day of its beginning: it never gave anything. Raises NotAllowed as
    `appoint` does, and when the post has ended.
    """
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
        _check_actor(by, post.user, post.body, ended_on)
        if post.ended_on is not None:
            raise NotAllowed("post_has_ended", _("该任职已经结束。"))
        post.ended_on = max(ended_on, post.started_on)
        post.save(update_fields=["ended_on"])
        audit.record(
            "post.ended",
            by=by,
            target=post,
            place_path=post.body.place.path,
            reason=reason,
            detail={"user": str(post.user_id), "role": post.role},
            now=now,
        )
    return post


def _check_actor(by: audit.Actor, user: User, body: Body, day: date) -> None:
    """By person, not by post: who holds three posts may not use one of them to give himself a fourth."""
    if by is audit.SYSTEM:
        return
    if by.user_id == user.pk:
        raise NotAllowed("own_post", _("不能给自己任职或免职，请由另一位安全管理员办理。"))
    paths = {body.place.path, *(place.path for place in grants.places_of(body, day))}
    if not isinstance(by, Scope) or not all(by.covers(Power.GRANT, path) for path in paths):
        raise NotAllowed("grant_power_missing", _("这个机构不在您管理任职的范围内。"))


def _check_fit(
    user: User, body: Body, role: Role, basis: PostBasis, lines: Sequence[str], day: date
) -> None:
    if user.kind != UserKind.STAFF:
        raise _wrong("not_staff", "username", _("居民账号不能任职，请先为其开设工作账号。"))
    if not user.is_active:
        raise _wrong("account_disabled", "username", _("这个账号已停用，请先启用账号。"))
    if not body.exists_on(day):
        raise _wrong(
            "body_does_not_exist", "started_on", _("这个机构当日尚未成立或已经撤销，请核对日期。")
        )
    if body.kind not in ROLE_BODIES[role]:
        raise _wrong(
            "role_does_not_fit_body", "role", _("该职务不能设在这类机构，请选择对应的机构。")
        )
    if not fits(role, basis):
        raise _wrong("basis_does_not_fit_role", "basis", _BASIS_ASKED.get(role, _NOT_ELECTED))
    if not all(body.answers_for(line) for line in lines):
        raise _wrong("line_not_of_body", "lines", _("这个机构不办理所选的业务，请重新选择。"))


_BY_ELECTION = _("居委会成员由居民选举产生，不能任命。请选择“居民选举”。")
_NOT_ELECTED = _("这个职务不由居民选举产生，请选择其他依据。")
_BASIS_ASKED: dict[Role, str | Promise] = {
    Role.COMMITTEE_DIRECTOR: _BY_ELECTION,
    Role.COMMITTEE_MEMBER: _BY_ELECTION,
    Role.PARTY_SECRETARY: _("党组织书记由党内任命或选举产生，请选择“党内任命或选举”。"),
}


def _wrong(code: str, field: str, text: str | Promise) -> Invalid:
    return Invalid(code, text, {field: text})


def _check_others(user: User, body: Body, role: Role, day: date) -> None:
    """What the person holds on that day or will hold later; a disabled account's posts count too."""
    held = Post.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), user=user)
    if held.filter(body=body, role=role).exists():
        raise NotAllowed("post_held_already", _("此人已担任这一职务。"))
    if role in SEPARATED and held.filter(role__in=SEPARATED - {role}).exists():
        raise NotAllowed(
            "administrators_are_separate", _("系统管理员、安全管理员、审计员不得由同一人担任。")
        )
