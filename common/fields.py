"""A text column that only ever holds ciphertext."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute
from typing_extensions import override

from common import crypto

_ST = TypeVar("_ST")
_GT = TypeVar("_GT")

if TYPE_CHECKING:  # Django's fields are generic for the type checker only

    class _TextField(models.TextField[_ST, _GT]): ...
else:

    class _TextField(models.TextField):
        def __class_getitem__(cls, types: object) -> type:
            return cls


class _EncryptedAttribute(DeferredAttribute):
    """Holds ciphertext as bytes until somebody reads it; then, and only then, it is opened."""

    field: "EncryptedTextField[Any, Any]"

    @override
    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        value = super().__get__(instance, owner)
        if isinstance(value, bytes) and instance is not None:
            value = instance.__dict__[self.field.attname] = self.field.open(value, pk=instance.pk)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(_TextField[_ST, _GT]):
    """Text that is encrypted at rest (common.crypto), bound to its table, column and row.

    - Attributes give and take str; None stays None. A row is opened only when the attribute is read.
    - The primary key must be known before the row is saved (uuid7 does that) and never changes.
    - `values()` and SQL see ciphertext: bytes. A search goes through a blind index in a column of its own.
    - `save`, `create` and `bulk_create` encrypt. `update` and `bulk_update` cannot (they do not know the
      row): pass them `seal(value, pk=...)`, which COPY loaders also use.
    - Renaming the table or the column needs a migration that encrypts anew.
    """

    descriptor_class = _EncryptedAttribute

    @override
    def get_internal_type(self) -> str:
        return "BinaryField"

    def seal(self, value: str, *, pk: object) -> bytes:
        """The ciphertext of `value` for the row `pk`."""
        return crypto.encrypt(value, aad=self._place(pk))

    def open(self, data: bytes, *, pk: object) -> str:
        """The text behind `data` of the row `pk`; raises crypto.DecryptionFailed when it is not of there."""
        # The empty value is what a migration writes into existing rows for a new NOT NULL column.
        return crypto.decrypt(data, aad=self._place(pk)) if data else ""

    def _place(self, pk: object) -> str:
        if pk is None:
            raise ValueError(
                f"{self} is bound to its row: give the row a primary key before saving it."
            )
        pk = self.model._meta.pk.to_python(pk)
        return f"{self.model._meta.db_table}|{self.column}|{pk}"

    @override
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        return self.seal(value, pk=model_instance.pk) if isinstance(value, str) else value

    def from_db_value(
        self, value: Any, expression: object, connection: BaseDatabaseWrapper
    ) -> bytes | None:
        return None if value is None else bytes(value)

    @override
    def get_prep_value(self, value: Any) -> Any:
        return value

    @override
    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is None:
            return None
        if not isinstance(value, bytes | memoryview):
            raise TypeError(
                f"{self} stores ciphertext; update() and bulk_update() need seal(value, pk=...)."
            )
        return bytes(value)

    @override
    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(
                f"{self} is encrypted and cannot be filtered by '{lookup_name}': "
                "filter by the blind index column that belongs to it, or by isnull."
            )
        return super().get_lookup(lookup_name)

    @override
    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(
            f"{self} is not serialised in clear: move data with pg_dump and the key file."
        )

    @override
    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_options()]

    def _check_options(self) -> Sequence[checks.CheckMessage]:
        indexed = getattr(self, "db_index", False)
        if not (self.primary_key or self.unique or indexed or self.has_default()):
            return []
        return [
            checks.Error(
                "An encrypted field can have no primary_key, unique, db_index or default.",
                hint="Equal texts give different ciphertexts: constrain and index the blind index instead.",
                obj=self,
                id="common.E001",
            )
        ]
