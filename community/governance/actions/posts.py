"""Who holds which post. Ending a post takes its powers with the next request."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from common.errors import NotAllowed
from community.governance import grants
from community.governance.enums import PostBasis, Role
from community.governance.models import Body, Post
from community.governance.roles import ROLE_BODIES, SEPARATED


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
    """Give a user a post. Raises NotAllowed when role and body, or two roles of one person, do not fit."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        _check(user, body, role, started_on)
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
            detail={"user": str(user.pk), "role": role.value, "basis": basis.value},
            now=now,
        )
    return post


def _check(user: User, body: Body, role: Role, day: date) -> None:
    if body.kind not in ROLE_BODIES[role]:
        raise NotAllowed("role_does_not_fit_body", _("该职务不能设在这类机构，请选择对应的机构。"))
    if role in SEPARATED:
        others = SEPARATED - {role}
        if Post.objects.active_on(day).filter(user=user, role__in=others).exists():
            raise NotAllowed(
                "administrators_are_separate", _("系统管理员、安全管理员、审计员不得由同一人担任。")
            )


def end_post(post: Post, *, ended_on: date, by: audit.Actor, now: datetime) -> Post:
    """End a post: from `ended_on` on it gives nothing. The other posts of the person go on."""
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
        if post.ended_on is not None:
            raise NotAllowed("post_has_ended", _("该任职已经结束。"))
        post.ended_on = ended_on
        post.save(update_fields=["ended_on"])
        audit.record("post.ended", by=by, target=post, place_path=post.body.place.path, now=now)
    return post
