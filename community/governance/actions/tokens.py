"""API tokens: made and revoked by the person for whom they act; used by programs."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from common import idempotency
from common.errors import Invalid, NotAllowed
from community.governance import tokens
from community.governance.enums import ApiScope
from community.governance.models import ApiToken
from community.governance.models.token import LONGEST_LIFE
from community.governance.scopes import Scope, scope_of

MOST_LIVE = 20
USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class MadeToken:
    """A new token and its secret, which exists nowhere else; "" when the same form came a second time."""

    token: ApiToken
    secret: str


def make_token(
    *,
    name: str,
    scopes: Sequence[ApiScope | str],
    last_day: date,
    networks: Sequence[str],
    key: str,
    by: Scope,
    now: datetime,
) -> MadeToken:
    """A token of the viewer that works until the end of `last_day`, for the post in which he acts.

    `networks` are written as ipaddress does ("192.0.2.0/24"); empty means any. `key` makes the same form
    sent twice one token.
    """
    expires_at = timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time()))
    if not now < expires_at <= now + LONGEST_LIFE:
        raise Invalid("lifetime", _("令牌的期限最长一年。"), {"last_day": _("最长一年。")})
    owner = f"token:{by.user_id}"
    given = {"name": name, "scopes": sorted(scopes), "until": last_day, "networks": list(networks)}
    with transaction.atomic(durable=True):
        found = idempotency.claim(owner, key, idempotency.fingerprint(given), now)
        if found is not None:
            return MadeToken(ApiToken.objects.visible_to(by).get(pk=found), "")
        owner_id = _check_may_make(by, now=now)
        secret = tokens.new_secret()
        token = ApiToken.objects.create(
            owner_id=owner_id,
            post_id=by.post_id,
            name=name,
            secret_hash=tokens.digest(secret),
            tail=secret[-4:],
            scopes=sorted(scopes),
            networks=list(networks),
            created_at=now,
            expires_at=expires_at,
        )
        detail = {"scopes": token.scopes, "until": last_day.isoformat(), "networks": len(networks)}
        audit.record("token.made", by=by, target=token, detail=detail, now=now)
        idempotency.settle(owner, key, str(token.pk))
    return MadeToken(token, secret)


def _check_may_make(by: Scope, *, now: datetime) -> uuid.UUID:
    """The id of the owner to be. Raises NotAllowed."""
    if by.user_id is None or not (by.is_resident or by.is_staff):
        raise NotAllowed("no_post", _("请先选择岗位。"))
    User.objects.select_for_update().get(
        pk=by.user_id
    )  # two forms at once count one after the other
    if ApiToken.objects.visible_to(by).live(now).count() >= MOST_LIVE:
        raise NotAllowed("too_many_tokens", _("有效的令牌太多，请先停用不再使用的令牌。"))
    return by.user_id


def revoke_token(token_id: uuid.UUID, *, by: Scope, now: datetime) -> ApiToken:
    """From now on the token opens nothing. Repeats change nothing. Raises ApiToken.DoesNotExist."""
    with transaction.atomic(durable=True):
        token = ApiToken.objects.visible_to(by).select_for_update(of=("self",)).get(pk=token_id)
        if token.revoked_at is None:
            token.revoked_at = now
            token.save(update_fields=["revoked_at"])
            audit.record("token.revoked", by=by, target=token, now=now)
    return token


def use_token(
    secret: str, *, ip: str, request_id: str, now: datetime
) -> tuple[ApiToken, User, Scope]:
    """The token, its owner and his scope of this moment. Raises NotAllowed when it opens nothing (any more).

    The reasons are told apart: whoever holds the secret may know why it no longer works. Two queries, and
    at most once a minute a third that notes the use.
    """
    found = (
        ApiToken.objects.with_hash(tokens.digest(secret)).first()
        if tokens.is_well_formed(secret)
        else None
    )
    if found is None:
        raise NotAllowed("token_unknown", _("令牌不正确。"))
    if found.revoked_at is not None:
        raise NotAllowed("token_revoked", _("令牌已停用。"))
    if found.expires_at <= now:
        raise NotAllowed("token_expired", _("令牌已过期，请更换。"))
    if not tokens.admits(found.networks, ip):
        raise NotAllowed("token_elsewhere", _("令牌不能在这个网络地址使用。"))
    scope = scope_of(
        found.owner, found.post_id, today=timezone.localdate(now), ip=ip, request_id=request_id
    )
    if not found.owner.is_active or scope.post_id != found.post_id:
        raise NotAllowed("token_owner_left", _("令牌所属的账号或任职已经停用。"))
    _note_use(found, now=now)
    return found, found.owner, scope


def _note_use(token: ApiToken, *, now: datetime) -> None:
    noted_before = now - USE_IS_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < noted_before:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=noted_before)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
