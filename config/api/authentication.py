"""Bearer tokens, and nothing else: a session cookie opens no door of the API, so there is nothing to forge."""

from typing import cast

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from typing_extensions import override

from accounts.models import User
from common.api_limits import limit
from common.errors import NotAllowed
from community.governance.actions import use_token
from community.governance.models import ApiToken
from community.governance.scopes import NOBODY, PortalRequest


class BearerAuthentication(BaseAuthentication):
    """Sets request.user, request.auth (the token) and request.scope, the scope of this very moment."""

    @override
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        portal = cast("PortalRequest", request._request)  # noqa: SLF001
        # Whatever session the cookie names: here it is nobody's.
        portal.scope = NOBODY
        header = request.headers.get("Authorization")
        if header is None:
            return None
        kind, _space, secret = header.partition(" ")
        # Another kind of credential is no secret of ours, so it fails as one that nobody knows.
        secret = secret.strip() if kind.lower() == "bearer" else ""
        try:
            token, user, portal.scope = use_token(
                secret, ip=portal.client_ip, request_id=portal.id, now=timezone.now()
            )
        except NotAllowed as refusal:
            limit("bad_token", portal.client_ip)
            raise AuthenticationFailed(str(refusal.message), refusal.code) from None
        return user, token

    @override
    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = BearerAuthentication
    name = "token"

    @override
    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "yz_…",
            "description": _("接口令牌，在“我的账号 › 接口令牌”中生成。"),
        }
