"""Which addresses of others we may call: an administrator types them, and our own network must not answer.

A URL is taken apart by one strict grammar, so that nobody reads another host in it than we do. The name is
resolved once; every address behind it is checked, and the connection goes to what was checked.
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: "127.1", "0x7f000001" and their like are no names.
NAME = re.compile(rf"(?:{LABEL}\.)+(?=[a-z]){LABEL}")
BARE_NAME = re.compile(LABEL)
QUAD = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
URL = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<host>[a-z0-9.-]+))(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
LONGEST = 500
PORTS = {"https": 443, "http": 80}
UNPRIVILEGED = 1024

CLOSED = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        # Of IPv6 only what is given out; tunnels would lead back to IPv4.
        *("::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]


class Refused(ValueError):
    """An address that we do not call. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, taken apart."""

    scheme: str
    host: str
    port: int
    path: str  # with the query


def parse(url: str) -> Target:
    """Take a URL apart. Raises Refused, also for an address in figures that is closed to us."""
    found = URL.fullmatch(url) if len(url) <= LONGEST else None
    if found is None:
        raise Refused("bad_url")
    scheme, host = found["scheme"], found["six"] or found["host"]
    port = int(found["port"] or PORTS[scheme])
    if scheme != "https" and not settings.WEBHOOK_ALLOW_PRIVATE:
        raise Refused("not_https")
    if port > 65535 or (port < UNPRIVILEGED and port != PORTS[scheme]):
        raise Refused("bad_port")
    if found["six"] or QUAD.fullmatch(host):
        if not is_open(_literal(host)):
            raise Refused("address_closed")
    elif not NAME.fullmatch(host) and not (
        settings.WEBHOOK_ALLOW_PRIVATE and BARE_NAME.fullmatch(host)
    ):
        raise Refused("bad_url")
    return Target(scheme, host, port, (found["path"] or "/") + (found["query"] or ""))


def resolve(target: Target) -> list[str]:
    """The addresses behind the name, asked for once. Raises Refused when one of them is closed to us."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(address[4][0]) for address in found]
    if not addresses or not all(is_open(_literal(address)) for address in addresses):
        raise Refused("address_closed")
    return addresses


def is_open(address: IPv4Address | IPv6Address) -> bool:
    """Whether it lies outside our own networks, or in one that the operator has named."""
    if settings.WEBHOOK_ALLOW_PRIVATE:
        return True
    if any(address in ip_network(network) for network in settings.WEBHOOK_NETWORKS):
        return True
    return not any(address in network for network in CLOSED)


def _literal(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:  # also an IPv6 address with a zone
        raise Refused("bad_url") from None
