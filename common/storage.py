"""Where uploaded files lie: encrypted, under random names, outside the web root and the database.

The name is part of what is authenticated, so that no two files can be exchanged on the disk.
"""

import secrets
from pathlib import Path

from django.conf import settings

from common.crypto import decrypt_bytes, encrypt_bytes


class FileMissing(Exception):
    """The row is there, the bytes are not: a restored database without its files."""


def keep(content: bytes) -> str:
    """Store the bytes; returns the name under which `read` finds them."""
    token = secrets.token_hex(20)
    name = f"{token[:2]}/{token}"
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        path.chmod(0o600)
        file.write(encrypt_bytes(content, aad=_aad(name)))
    return name


def read(name: str) -> bytes:
    """The bytes behind a name. Raises FileMissing, and DecryptionFailed when they were changed."""
    try:
        data = _path(name).read_bytes()
    except FileNotFoundError:
        raise FileMissing(name) from None
    return decrypt_bytes(data, aad=_aad(name))


def drop(name: str) -> None:
    """Forget a file; that it is already gone is no error."""
    _path(name).unlink(missing_ok=True)


def _aad(name: str) -> str:
    return f"upload|content|{name}"


def _path(name: str) -> Path:
    return Path(settings.UPLOAD_DIR) / name
