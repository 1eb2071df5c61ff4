"""Accounts begin, change and end here. Every act ends what the old state allowed, at once."""

import uuid
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.audit import Actor
from accounts.enums import UserKind
from accounts.models import Session, User
from common.errors import Conflict, Invalid, NotAllowed


def open_account(
    *,
    username: str,
    display_name: str,
    kind: str,
    password: str | None,
    must_change: bool = False,
    by: Actor,
    now: datetime,
) -> User:
    """Add an account inside the caller's transaction (a registration also writes rows of its own).

    Without a password nobody can sign in until one is set. Raises Conflict when the name is taken,
    Invalid when the password is too weak.
    """
    user = User(
        username=username,
        display_name=display_name,
        kind=kind,
        must_change_password=must_change,
    )
    if password is not None:
        _check(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("username_taken", _("这个账号已有人使用。")) from error
    audit.record("user.opened", by=by, target=user, detail={"kind": kind}, now=now)
    return user


def create_staff_user(
    *,
    username: str,
    display_name: str,
    password: str,
    must_change: bool = True,
    by: Actor,
    now: datetime,
) -> User:
    """An account for a member of staff; what it may do comes from posts, given elsewhere."""
    with transaction.atomic(durable=True):
        return open_account(
            username=username,
            display_name=display_name,
            kind=UserKind.STAFF,
            password=password,
            must_change=must_change,
            by=by,
            now=now,
        )


def set_password(
    user: User,
    password: str,
    *,
    must_change: bool = False,
    keep_session: str = "",
    by: Actor,
    now: datetime,
) -> User:
    """Set a password and end every sign-in of the user except `keep_session` (an id of Session).

    Raises Invalid when it is too weak.
    """
    with transaction.atomic(durable=True):
        return renew_password(
            user, password, must_change=must_change, keep_session=keep_session, by=by, now=now
        )


def renew_password(
    user: User,
    password: str,
    *,
    must_change: bool = False,
    keep_session: str = "",
    by: Actor,
    now: datetime,
) -> User:
    """As set_password, inside the caller's transaction (a proof of identity is used up with it)."""
    user = _locked(user.pk)
    _check(password, user)
    user.set_password(password)
    user.must_change_password = must_change
    user.save(update_fields=["password", "must_change_password"])
    Session.objects.filter(user_id=user.pk).exclude(session_key=keep_session).delete()
    audit.record(
        "user.password_set",
        by=by,
        target=user,
        detail={"by_owner": by.user_id == user.pk, "must_change": must_change},
        now=now,
    )
    return user


def void_given_password(user: User, *, by: Actor, now: datetime) -> None:
    """The first password was never replaced in time: it opens nothing any more. In the caller's transaction."""
    user = _locked(user.pk)
    if user.must_change_password:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        Session.objects.filter(user_id=user.pk).delete()
        audit.record("user.password_lapsed", by=by, target=user, now=now)


def choose_language(user: User, language: str, *, by: Actor, now: datetime) -> None:
    """The language in which the portal writes to this person. The form checks that we speak it."""
    with transaction.atomic(durable=True):
        User.objects.filter(pk=user.pk).update(language=language)
        audit.record("user.language_chosen", by=by, target=user, now=now)


def replace_given_password(user: User, password: str, *, by: Actor, now: datetime) -> User:
    """The owner's first password of his own. Raises Invalid when it is weak or still the given one."""
    if user.check_password(password):
        text = _("新密码不能和原来的一样。")
        raise Invalid("same_password", text, {"password": text})
    return set_password(user, password, by=by, now=now)


def disable_user(user: User, *, reason: str, by: Actor, now: datetime) -> User:
    """Shut the account: no sign-in any more, and every open one is refused at its next request."""
    if by.user_id == user.pk:
        raise NotAllowed("own_account", _("不能停用自己的账号。"))
    with transaction.atomic(durable=True):
        return shut_account(user, reason=reason, by=by, now=now)


def shut_account(user: User, *, reason: str, by: Actor, now: datetime) -> User:
    """As disable_user, inside the caller's transaction (a death is written down with it)."""
    user = _locked(user.pk)
    user.is_active = False
    user.save(update_fields=["is_active"])
    Session.objects.filter(user_id=user.pk).delete()
    audit.record("user.disabled", by=by, target=user, reason=reason, now=now)
    return user


def enable_user(user: User, *, reason: str, by: Actor, now: datetime) -> User:
    """Open a shut account again; nobody does that for himself, since he cannot sign in."""
    with transaction.atomic(durable=True):
        return reopen_account(user, reason=reason, by=by, now=now)


def reopen_account(user: User, *, reason: str, by: Actor, now: datetime) -> User:
    """As enable_user, inside the caller's transaction (a death was written down by mistake)."""
    user = _locked(user.pk)
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record("user.enabled", by=by, target=user, reason=reason, now=now)
    return user


def rename_user(user_id: uuid.UUID, username: str, *, by: Actor, now: datetime) -> None:
    """The owner's ID number was corrected: he signs in with the right one. In the caller's transaction.

    Where another account has that name, it stays as it was: whose it is has to be found out first.
    """
    user = _locked(user_id)
    if username == user.username or User.objects.filter(username=username).exists():
        return
    user.username = username
    user.save(update_fields=["username"])
    audit.record("user.renamed", by=by, target=user, now=now)


def close_account(user_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """The owner wants none any more (GB/T 35273 8.5): nothing personal stays but the id, which the audit
    trail needs. In the caller's transaction."""
    user = _locked(user_id)
    user.username = f"closed:{user.pk.hex}"
    user.display_name = ""
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["username", "display_name", "is_active", "password"])
    Session.objects.filter(user_id=user.pk).delete()
    audit.record("user.closed", by=by, target=user, now=now)


def _locked(user_id: uuid.UUID) -> User:
    return User.objects.select_for_update().get(pk=user_id)


def _check(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        text = "\n".join(error.messages)
        raise Invalid("weak_password", text, {"password": text}) from error
