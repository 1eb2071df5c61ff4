"""Encryption of single personal values, and keyed digests that let encrypted values be found again.

The keys lie in one JSON file outside the database and outside its backups (settings.FIELD_KEYS_FILE).
It holds any number of data keys, of which one is active, and one index key:

    {"version": 1, "active": 2,
     "data": [{"id": 1, "suite": "aes-256-gcm", "key": "<base64>"}, {"id": 2, ...}],
     "index": {"suite": "hmac-sha256", "key": "<base64>"}}

A ciphertext is version (1 byte) | suite (1) | key id (2) | nonce (12) | ciphertext and tag (length + 16).
The first four bytes are authenticated with the caller's `aad`, so nothing of it can be exchanged.
"""

import base64
import binascii
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field as dataclass_field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_VERSION = 1
_HEADER = 4
_NONCE = 12
_TAG = 16


class DecryptionFailed(Exception):
    """The ciphertext is damaged, belongs to another place, or its key is missing. Never holds a value."""


class Suite(StrEnum):
    """Ciphers for data keys. SM4 is the national algorithm that GB/T 39786 asks for."""

    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, aad: bytes, /) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, aad: bytes, /) -> bytes: ...


class _Sm4Gcm:
    """SM4-GCM with the interface of AESGCM: the tag stands behind the ciphertext."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, aad: bytes, /) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(aad)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, aad: bytes, /) -> bytes:
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, data[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(aad)
        return decryptor.update(data[:-_TAG]) + decryptor.finalize()


_SUITES: Mapping[Suite, tuple[int, int, Callable[[bytes], _Aead]]] = {  # number, key bytes, cipher
    Suite.AES: (1, 32, AESGCM),
    Suite.SM4: (2, 16, _Sm4Gcm),
}
_INDEX_HASHES: Mapping[str, type[hashes.HashAlgorithm]] = {
    "hmac-sha256": hashes.SHA256,
    "hmac-sm3": hashes.SM3,
}
_INDEX_FOR = {Suite.AES: "hmac-sha256", Suite.SM4: "hmac-sm3"}


@dataclass(frozen=True)
class _DataKey:
    header: bytes
    cipher: _Aead = dataclass_field(repr=False)


@dataclass(frozen=True)
class _KeyRing:
    active: _DataKey
    by_header: Mapping[bytes, _DataKey]
    index_hash: type[hashes.HashAlgorithm]
    index_key: bytes = dataclass_field(repr=False)
    index_subkeys: dict[str, bytes] = dataclass_field(default_factory=dict, repr=False)

    def index_key_for(self, field: str) -> bytes:
        """One subkey per field, so that equal digests in two columns never show equal values."""
        if field not in self.index_subkeys:
            info = b"blind-index|" + field.encode()
            derive = HKDF(algorithm=self.index_hash(), length=32, salt=None, info=info)
            self.index_subkeys[field] = derive.derive(self.index_key)
        return self.index_subkeys[field]


def encrypt(value: str, *, aad: str) -> bytes:
    """Encrypt with the active key. Only the same `aad` opens it again: name the place, "table|column|row"."""
    return encrypt_bytes(value.encode(), aad=aad)


def decrypt(data: bytes | memoryview, *, aad: str) -> str:
    """The value behind `data`; raises DecryptionFailed when it was changed, moved, or has no key."""
    return decrypt_bytes(data, aad=aad).decode()


def encrypt_bytes(value: bytes, *, aad: str) -> bytes:
    """As `encrypt`, for the content of a file."""
    key = _ring().active
    nonce = os.urandom(_NONCE)
    return key.header + nonce + key.cipher.encrypt(nonce, value, key.header + aad.encode())


def decrypt_bytes(data: bytes | memoryview, *, aad: str) -> bytes:
    """As `decrypt`, for the content of a file."""
    data = bytes(data)
    header, nonce, sealed = (
        data[:_HEADER],
        data[_HEADER : _HEADER + _NONCE],
        data[_HEADER + _NONCE :],
    )
    if len(sealed) < _TAG:
        raise DecryptionFailed("too short to be a ciphertext")
    key = _ring().by_header.get(header) or _reloaded_ring().by_header.get(header)
    if key is None:
        raise DecryptionFailed("no key for this ciphertext")
    try:
        return key.cipher.decrypt(nonce, sealed, header + aad.encode())
    except InvalidTag:
        raise DecryptionFailed("the ciphertext was changed or moved") from None


def needs_rotation(data: bytes | memoryview) -> bool:
    """Whether `data` was encrypted with a key that is no longer the active one."""
    return bytes(data[:_HEADER]) != active_header()


def active_header() -> bytes:
    """The four bytes with which everything begins that is encrypted now."""
    return _ring().active.header


def blind_index(value: str, *, field: str) -> bytes:
    """32 bytes that are equal for equal values of one `field`. Normalise the value before.

    Without the index key nobody can try values out; a plain hash of an ID number falls in half a minute.
    """
    ring = _ring()
    digest = HMAC(ring.index_key_for(field), ring.index_hash())
    digest.update(value.encode())
    return digest.finalize()


def create_keys(path: str | Path, suite: Suite = Suite.AES) -> bool:
    """Write a new key file with mode 0600. False when there is one already, which stays as it is.

    Of several processes that do this at once exactly one wins, and nobody ever sees half a file.
    """
    path = Path(path)
    content = {
        "version": 1,
        "active": 1,
        "data": [_new_data_key(1, suite)],
        "index": {"suite": _INDEX_FOR[suite], "key": _random_key(32)},
    }
    with _written(path, content) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
    return True


def add_key(path: str | Path, suite: Suite = Suite.AES) -> int:
    """Add a data key to the file and make it the active one; returns its id.

    Running processes read old and new values at once, and write with the new key after their restart.
    """
    path = Path(path)
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        content = json.loads(path.read_text())
        key_id = max(key["id"] for key in content["data"]) + 1
        content["data"].append(_new_data_key(key_id, suite))
        content["active"] = key_id
        with _written(path, content) as temporary:
            temporary.replace(path)
    return int(key_id)


def load_keys() -> None:
    """Read the key file now; raises ImproperlyConfigured when it is missing or wrong."""
    _ring()


def _ring() -> _KeyRing:
    return _load(str(settings.FIELD_KEYS_FILE))


def _reloaded_ring() -> _KeyRing:
    # Another process may have added a key since this one started.
    _load.cache_clear()
    return _ring()


@lru_cache(maxsize=8)
def _load(path: str) -> _KeyRing:
    if not path:
        raise ImproperlyConfigured(
            "FIELD_KEYS_FILE is not set: it names the file with the encryption keys."
        )
    if settings.FIELD_KEYS_CREATE and not Path(path).exists():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        create_keys(path)
    try:
        return _parse(json.loads(Path(path).read_text()))
    except FileNotFoundError:
        raise ImproperlyConfigured(
            f"The key file {path} does not exist. Restore it from its own backup; without it no personal "
            "field can be read. Only for a new, empty installation: manage.py field_keys create"
        ) from None
    except OSError as error:
        raise ImproperlyConfigured(
            f"The key file {path} cannot be read: {error.strerror}."
        ) from None
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise ImproperlyConfigured(f"The key file {path} is damaged.") from None


def _parse(content: dict[str, object]) -> _KeyRing:
    data, index = content["data"], content["index"]
    if content["version"] != 1 or not isinstance(data, list) or not isinstance(index, dict):
        raise ValueError("unknown format")
    keys = {int(entry["id"]): _data_key(entry) for entry in data}
    index_key = base64.b64decode(index["key"], validate=True)
    if len(keys) != len(data) or len(index_key) != 32:
        raise ValueError("two keys with one id, or an index key of the wrong length")
    return _KeyRing(
        active=keys[int(str(content["active"]))],
        by_header={key.header: key for key in keys.values()},
        index_hash=_INDEX_HASHES[index["suite"]],
        index_key=index_key,
    )


def _data_key(entry: Mapping[str, str]) -> _DataKey:
    number, size, cipher = _SUITES[Suite(entry["suite"])]
    key = base64.b64decode(entry["key"], validate=True)
    if len(key) != size:
        raise ValueError("a key of the wrong length")
    header = bytes([_VERSION, number]) + int(entry["id"]).to_bytes(2, "big")
    return _DataKey(header, cipher(key))


def _new_data_key(key_id: int, suite: Suite) -> dict[str, object]:
    return {"id": key_id, "suite": str(suite), "key": _random_key(_SUITES[suite][1])}


def _random_key(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode()


@contextmanager
def _written(path: Path, content: Mapping[str, object]) -> Iterator[Path]:
    """A complete file beside `path`, safely on the disk, to be linked or moved into its place."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    finally:
        temporary.unlink(missing_ok=True)
