"""May he? What no policy opens stays shut."""

from typing import TYPE_CHECKING, cast

from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from typing_extensions import override

if TYPE_CHECKING:
    from rest_framework.views import APIView

    from community.governance.api_request import ApiRequest
from django.utils.translation import gettext_lazy as _

from common.access import Policy, Who
from community.governance.scopes import Scope


class ByPolicy(BasePermission):
    """The policy of the view, then the scopes of the token. Denies a view that declares no policy."""

    @override
    def has_permission(self, request: Request, view: "APIView") -> bool:
        policy = getattr(view, "access_policy", None)
        if not isinstance(policy, Policy):
            return False
        asked = cast("ApiRequest", request)
        scope = asked.scope
        if not admits(policy, scope):
            if scope.is_nobody:
                raise NotAuthenticated(_("请提供接口令牌。"), "token_missing")
            raise PermissionDenied(_("您的身份或岗位不能使用这个接口。"), "not_allowed")
        needed = getattr(view, "scopes", {}).get(
            "GET" if request.method == "HEAD" else request.method
        )
        if asked.auth is not None and needed and needed not in asked.auth.scopes:
            raise PermissionDenied(_("这个令牌没有相应的使用范围。"), "scope_missing")
        return True


def admits(policy: Policy, scope: Scope) -> bool:
    """Whether the policy opens for the scope; the same rule as common.access.access has for pages."""
    if policy.who is Who.RESIDENT:
        return scope.is_resident
    if policy.who is Who.STAFF:
        return scope.is_staff
    if policy.who is Who.POWER:
        return scope.has(policy.power)
    return policy.who is Who.PUBLIC or not scope.is_nobody
