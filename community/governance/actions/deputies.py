"""代理: who acts for a post while its holder is away, so that no case stands still (domain 4.1).

A deputy's post is a post like any other, with a first and a last day: powers, traces and the separation of
persons follow from it, and it ends by itself.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, override

from accounts import audit
from accounts.models import User
from common.errors import Conflict, Invalid, NotAllowed
from community.governance import grants
from community.governance.enums import PostBasis, Power, Role
from community.governance.models import Post
from community.governance.scopes import Scope


def arrange_deputy(
    post: Post,
    user: User,
    *,
    from_on: date,
    to_on: date,
    reason: str,
    by: Scope,
    now: datetime,
) -> Post:
    """Let a colleague act for a post of one's own body from a day to a day, both included.

    Raises Invalid with the fields that do not fit, NotAllowed when the actor does not run the body or would
    act himself, Conflict when somebody deputises for the post on one of these days already.
    """
    if by.body_id != post.body_id or not by.has(Power.ASSIGN_CASES):
        raise NotAllowed("not_your_body", _("只能由本单位负责人安排代理。"))
    if user.pk == by.user_id:
        raise NotAllowed("own_post", _("不能安排自己代理，请安排其他同事。"))
    with transaction.atomic(durable=True):
        post = (
            Post.objects.select_for_update(of=("self",))
            .select_related("body__place")
            .get(pk=post.pk)
        )
        today = timezone.localdate(now)
        errors = _wrong(post, user, from_on, to_on, reason, today)
        if errors:
            raise Invalid("deputy_incomplete", _("代理的内容还没有填好。"), errors)
        _check_free(post, user, from_on, to_on)
        deputy = Post.objects.create(
            user=user,
            body=post.body,
            role=post.role,
            basis=PostBasis.ADMINISTRATIVE,
            started_on=from_on,
            ended_on=to_on + timedelta(days=1),
            title=_title(post),
            lines=post.lines,
            group=grants.group_for(post.body, Role(post.role), day=from_on),
            deputises=post,
        )
        audit.record(
            "post.deputised",
            by=by,
            target=deputy,
            place_path=post.body.place.path,
            reason=reason.strip(),
            detail={"user": str(user.pk), "for": str(post.pk), "role": post.role},
            now=now,
        )
    return deputy


def end_deputy(deputy: Post, *, by: Scope, now: datetime) -> Post:
    """The holder is back early: from today on the deputy's post gives nothing. Repeats are harmless."""
    if by.body_id != deputy.body_id or not by.has(Power.ASSIGN_CASES):
        raise NotAllowed("not_your_body", _("只能由本单位负责人安排代理。"))
    with transaction.atomic(durable=True):
        deputy = (
            Post.objects.select_for_update(of=("self",))
            .select_related("body__place")
            .get(pk=deputy.pk, deputises__isnull=False)
        )
        today = timezone.localdate(now)
        if deputy.ended_on is not None and deputy.ended_on <= today:
            return deputy
        deputy.ended_on = max(today, deputy.started_on)
        deputy.save(update_fields=["ended_on"])
        audit.record(
            "post.deputy_ended",
            by=by,
            target=deputy,
            place_path=deputy.body.place.path,
            detail={"user": str(deputy.user_id), "role": deputy.role},
            now=now,
        )
    return deputy


def _title(post: Post) -> str:
    """In the language of record, whatever the arranger reads: it stands beside every act."""
    with override("zh-hans"):
        return gettext("代理%(role)s") % {"role": post.title or post.get_role_display()}


def _wrong(
    post: Post, user: User, from_on: date, to_on: date, reason: str, today: date
) -> dict[str, str | Promise]:
    errors: dict[str, str | Promise] = {}
    if post.deputises_id is not None or post.basis == PostBasis.ELECTION:
        errors["post"] = _("这个任职不能由人代理。")
    if post.user_id == user.pk:
        errors["user"] = _("本人就是这个任职，请选择其他同事。")
    elif not Post.objects.active_on(from_on).filter(user=user, body__kind=post.body.kind).exists():
        errors["user"] = _("代理人必须在同类单位任职。")
    if from_on < today:
        errors["from_on"] = _("不能从过去开始。")
    if to_on < from_on:
        errors["to_on"] = _("结束日期不能早于开始日期。")
    if not reason.strip():
        errors["reason"] = _("请写明原因，如休假、出差。")
    return errors


def _check_free(post: Post, user: User, from_on: date, to_on: date) -> None:
    during = Q(started_on__lte=to_on) & (Q(ended_on__isnull=True) | Q(ended_on__gt=from_on))
    if Post.objects.filter(during, deputises=post).exists():
        raise Conflict("deputy_arranged", _("这段时间已经安排了代理，请先结束原来的安排。"))
    if Post.objects.filter(during, user=user, body=post.body, role=post.role).exists():
        raise Conflict("post_held_already", _("此人已担任这一职务。"))
