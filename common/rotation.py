"""Bring every encrypted value under the active key, while the portal runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import BinaryField, F, Func, Value

from common.crypto import DecryptionFailed, active_header
from common.fields import EncryptedTextField

BATCH = 500


@dataclass
class Rotation:
    """What was done to one column: rows encrypted anew, and keys of rows that no key opens."""

    rotated: int = 0
    unreadable: list[Any] = dataclass_field(default_factory=list)


def encrypted_fields() -> Iterator[EncryptedTextField[Any, Any]]:
    """Every encrypted column of the project."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield field


def rotate(field: EncryptedTextField[Any, Any]) -> Rotation:
    """Encrypt anew what an older key holds. Locks a batch of rows at a time, and may be stopped and repeated."""
    done = Rotation()
    sealed_by = Func(
        F(field.name), Value(1), Value(4), function="substring", output_field=BinaryField()
    )
    old = (
        field.model._base_manager.annotate(sealed_by=sealed_by)  # noqa: SLF001 (documented by Django)
        .filter(**{f"{field.name}__isnull": False})
        .exclude(sealed_by__in=[active_header(), b""])
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    last = None
    while True:
        with transaction.atomic():
            rows = list(
                (old if last is None else old.filter(pk__gt=last)).values_list("pk", field.name)[
                    :BATCH
                ]
            )
            for pk, data in rows:
                _rotate_row(field, pk, data, done)
        if not rows:
            return done
        last = rows[-1][0]


def _rotate_row(field: EncryptedTextField[Any, Any], pk: Any, data: bytes, done: Rotation) -> None:
    try:
        sealed = field.seal(field.open(data, pk=pk), pk=pk)
    except DecryptionFailed:
        done.unreadable.append(pk)
        return
    field.model._base_manager.filter(pk=pk).update(**{field.name: sealed})  # noqa: SLF001
    done.rotated += 1
