from uuid import UUID

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from common import crypto
from common.crypto import DecryptionFailed
from common.fields import EncryptedTextField
from common.ids import uuid7

pytestmark = pytest.mark.django_db
ID_NUMBER = "150302198501010011"


@pytest.fixture
def opened(monkeypatch):
    """The number of values that were decrypted."""
    calls = []
    decrypt = crypto.decrypt

    def counted(data, *, aad):
        calls.append(aad)
        return decrypt(data, aad=aad)

    monkeypatch.setattr(crypto, "decrypt", counted)
    return calls


def stored(table, column, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def test_the_database_sees_only_ciphertext_bound_to_its_row(secret_model):
    row = secret_model.objects.create(number=ID_NUMBER, note="心脏病")
    sealed = bytes(stored("common_secret", "number", row.pk))
    assert b"1503" not in sealed
    assert crypto.decrypt(sealed, aad=f"common_secret|number|{row.pk}") == ID_NUMBER
    again = secret_model.objects.get(pk=row.pk)
    assert (again.number, again.note) == (ID_NUMBER, "心脏病")


def test_none_stays_none_and_empty_stays_empty(secret_model):
    row = secret_model.objects.create(number=None, note="")
    again = secret_model.objects.get(pk=row.pk)
    assert (again.number, again.note) == (None, "")
    assert stored("common_secret", "number", row.pk) is None
    assert len(bytes(stored("common_secret", "note", row.pk))) == 32


def test_a_list_that_never_reads_the_column_pays_nothing(secret_model, opened):
    secret_model.objects.bulk_create([secret_model(number=str(i)) for i in range(20)])
    rows = list(secret_model.objects.order_by("id"))
    assert opened == []
    assert [rows[3].number, rows[3].number] == ["3", "3"]
    assert len(opened) == 1


def test_bulk_create_and_save_encrypt(secret_model):
    rows = secret_model.objects.bulk_create([secret_model(number="1"), secret_model(number="2")])
    rows[0].number = "3"
    rows[0].save(update_fields=["number"])
    assert sorted(r.number for r in secret_model.objects.order_by("id")) == ["2", "3"]


def test_saving_a_row_that_was_loaded_keeps_its_value(secret_model):
    row = secret_model.objects.get(pk=secret_model.objects.create(number=ID_NUMBER).pk)
    row.note = "x"
    row.save()
    assert secret_model.objects.get(pk=row.pk).number == ID_NUMBER


def test_a_deferred_column_is_fetched_when_it_is_read(secret_model, django_assert_num_queries):
    pk = secret_model.objects.create(number=ID_NUMBER).pk
    row = secret_model.objects.defer("number").get(pk=pk)
    with django_assert_num_queries(1):
        assert row.number == ID_NUMBER
    row.refresh_from_db()
    assert row.number == ID_NUMBER


def test_values_give_ciphertext(secret_model):
    row = secret_model.objects.create(number=ID_NUMBER)
    (sealed,) = secret_model.objects.values_list("number", flat=True)
    assert type(sealed) is bytes
    assert secret_model._meta.get_field("number").open(sealed, pk=row.pk) == ID_NUMBER


def test_a_value_copied_to_another_row_or_column_does_not_open(secret_model):
    one = secret_model.objects.create(number="1", note="n")
    two = secret_model.objects.create(number="2")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE common_secret SET number = (SELECT number FROM common_secret WHERE id = %s) WHERE id = %s",
            [one.pk, two.pk],
        )
        cursor.execute("UPDATE common_secret SET number = note WHERE id = %s", [one.pk])
    for row in (one, two):
        with pytest.raises(DecryptionFailed):
            _ = secret_model.objects.get(pk=row.pk).number


def test_a_copy_under_a_new_key_is_refused_before_it_is_unreadable(secret_model):
    row = secret_model.objects.get(pk=secret_model.objects.create(number=ID_NUMBER).pk)
    row.pk = uuid7()
    row._state.adding = True
    with pytest.raises(DecryptionFailed):
        row.save()


@pytest.mark.parametrize(
    "lookup", ["", "__exact", "__in", "__contains", "__startswith", "__gt", "__regex"]
)
def test_filters_are_refused_with_a_way_out(secret_model, lookup):
    value = ["1"] if lookup == "__in" else "1"
    with pytest.raises(FieldError, match="blind index"):
        secret_model.objects.filter(**{f"number{lookup}": value})


def test_isnull_is_the_only_question_the_database_can_answer(secret_model):
    secret_model.objects.bulk_create([secret_model(number="1"), secret_model(number=None)])
    assert secret_model.objects.filter(number__isnull=True).count() == 1


def test_update_needs_the_sealed_value(secret_model):
    row = secret_model.objects.create(number="1")
    with pytest.raises(TypeError, match="seal"), transaction.atomic():
        secret_model.objects.update(number="2")
    row.number = "2"
    with pytest.raises(TypeError, match="seal"), transaction.atomic():
        secret_model.objects.bulk_update([row], ["number"])
    sealed = secret_model._meta.get_field("number").seal("3", pk=str(row.pk))
    secret_model.objects.filter(pk=row.pk).update(number=sealed)
    assert secret_model.objects.get().number == "3"
    secret_model.objects.update(number=None)
    assert secret_model.objects.get().number is None


@isolate_apps("common")
def test_a_row_without_a_key_is_not_sealed():
    class Numbered(models.Model):
        text = EncryptedTextField()

        class Meta:
            app_label = "common"

    with pytest.raises(ValueError, match="primary key"):
        Numbered(text="x").save()
    assert Numbered.check() == []


@isolate_apps("common")
def test_what_never_works_on_ciphertext_is_a_check_error():
    class Wrong(models.Model):
        a = EncryptedTextField(unique=True)
        b = EncryptedTextField(default="x")
        c = EncryptedTextField(db_index=True)

        class Meta:
            app_label = "common"

    errors = [error.obj.name for error in Wrong.check() if error.id == "common.E001"]
    assert errors == ["a", "b", "c"]


def test_migrations_can_write_the_field_down():
    _, path, args, kwargs = EncryptedTextField("号码", null=True).clone().deconstruct()
    assert (path, args, kwargs) == (
        "common.fields.EncryptedTextField",
        [],
        {"verbose_name": "号码", "null": True},
    )
    text, imports = MigrationWriter.serialize(EncryptedTextField(null=True))
    assert text == "common.fields.EncryptedTextField(null=True)"
    assert imports == {"import common.fields"}


def test_a_column_added_to_existing_rows_reads_empty(secret_model):
    row = secret_model.objects.create(note="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE common_secret SET note = ''::bytea WHERE id = %s", [row.pk])
    assert secret_model.objects.get().note == ""


def test_dumpdata_does_not_write_personal_values_in_clear(secret_model):
    row = secret_model(number=ID_NUMBER)
    with pytest.raises(TypeError, match="pg_dump"):
        serializers.serialize("json", [row])


def test_the_key_is_the_same_place_whether_text_or_uuid(secret_model):
    field = secret_model._meta.get_field("number")
    pk = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    assert field.open(field.seal("x", pk=str(pk).upper()), pk=pk) == "x"
