"""What stands beside a case: it is fetched a few panels at a time."""

import html
import re
from typing import Any

NEXT = re.compile(r'data-following="([^"]+)"')


def everything_beside(client: Any, url: str) -> str:
    """All panels of a case, as a browser puts them together."""
    pages = []
    while url:
        pages.append(client.get(url, headers={"HX-Request": "true"}).content.decode())
        following = NEXT.search(pages[-1])
        url = html.unescape(following[1]) if following else ""
    return "\n".join(pages)
