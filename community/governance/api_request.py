"""What a view of the API receives, beside PortalRequest for pages."""

from rest_framework.request import Request

from community.governance.models import ApiToken
from community.governance.scopes import Scope


class ApiRequest(Request):
    """`auth` is the token of the caller; `scope` is his of this moment, nobody's without a token."""

    scope: Scope
    client_ip: str
    auth: ApiToken | None
