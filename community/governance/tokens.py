"""The secret of an API token: made once, shown once, kept as a digest only."""

import ipaddress
import secrets
import zlib
from collections.abc import Sequence
from hashlib import sha256

PREFIX = "yz_"  # lets scanners of source code and logs find a leaked one
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BODY, CHECKSUM = 43, 6  # 62**43 > 2**256; 62**6 > 2**32
LENGTH = len(PREFIX) + BODY + CHECKSUM


def new_secret() -> str:
    """256 random bits and the checksum that tells a mistyped secret from an unknown one."""
    body = _base62(secrets.randbits(256), BODY)
    return PREFIX + body + _checksum(body)


def is_well_formed(secret: str) -> bool:
    """Whether it can be one of ours at all; what fails here need not be looked up."""
    if len(secret) != LENGTH or not secret.startswith(PREFIX) or not secret.isascii():
        return False
    body = secret[len(PREFIX) : -CHECKSUM]
    return secrets.compare_digest(_checksum(body), secret[-CHECKSUM:])


def digest(secret: str) -> bytes:
    """32 bytes. A plain SHA-256 will do: there is nothing to guess in 256 random bits."""
    return sha256(secret.encode()).digest()


def admits(networks: Sequence[str], ip: str) -> bool:
    """Whether a request from `ip` may use a token that is bound to these networks; none means any."""
    if not networks:
        return True
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)


def _checksum(body: str) -> str:
    return _base62(zlib.crc32((PREFIX + body).encode()), CHECKSUM)


def _base62(number: int, length: int) -> str:
    letters = []
    for _position in range(length):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters))
