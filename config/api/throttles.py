"""How often: every address, and each token for itself; counted in the database (settings.API_LIMITS)."""

from typing import TYPE_CHECKING, cast

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from typing_extensions import override

if TYPE_CHECKING:
    from rest_framework.views import APIView

    from community.governance.api_request import ApiRequest

from common.api_limits import limit


class ByTokenAndAddress(BaseThrottle):
    """A station's programs share one address, so with a token an address may do more than without."""

    @override
    def allow_request(self, request: Request, view: "APIView") -> bool:
        asked = cast("ApiRequest", request)
        if asked.auth is None:
            limit("anonymous", asked.client_ip)
        else:
            limit("address", asked.client_ip)
            limit("token", str(asked.auth.pk))
        return True
