"""Where export files lie: encrypted, one per run, under its id, outside the web root and the database.

A file appears whole or not at all; written again it takes the place of the former.
"""

import os
from pathlib import Path
from uuid import UUID

from django.conf import settings

from common.crypto import decrypt_bytes, encrypt_bytes


def keep(run_id: UUID, content: bytes) -> None:
    path = _path(run_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_suffix(".part")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(encrypt_bytes(content, aad=_aad(run_id)))
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def read(run_id: UUID) -> bytes | None:
    """The content; None where the bytes are gone (a restored database without its files)."""
    try:
        data = _path(run_id).read_bytes()
    except FileNotFoundError:
        return None
    return decrypt_bytes(data, aad=_aad(run_id))


def drop(run_id: UUID) -> None:
    for path in (_path(run_id), _path(run_id).with_suffix(".part")):
        path.unlink(missing_ok=True)


def kept() -> list[UUID]:
    """The runs of which something lies here."""
    folder = Path(settings.UPLOAD_DIR) / FOLDER
    return [UUID(path.stem) for path in folder.glob("*.*")] if folder.is_dir() else []


FOLDER = "exports"


def _path(run_id: UUID) -> Path:
    return Path(settings.UPLOAD_DIR) / FOLDER / f"{run_id.hex}.sealed"


def _aad(run_id: UUID) -> str:
    return f"export|content|{run_id}"
