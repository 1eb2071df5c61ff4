import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from common import crypto, rotation
from common.fields import EncryptedTextField

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(tmp_path, settings):
    settings.FIELD_KEYS_FILE = str(tmp_path / "keys.json")
    crypto.create_keys(tmp_path / "keys.json")
    return tmp_path / "keys.json"


def add_key(capsys):
    call_command("field_keys", "add", suite="sm4-gcm")
    crypto._load.cache_clear()  # the restart
    assert "2" in capsys.readouterr().out


def test_after_a_rotation_every_value_has_the_new_key_and_its_text(
    secret_model, capsys, monkeypatch
):
    monkeypatch.setattr(rotation, "BATCH", 3)
    numbers = [str(n) if n % 5 else None for n in range(10)]
    secret_model.objects.bulk_create([secret_model(number=n, note="x") for n in numbers])
    add_key(capsys)
    field = secret_model._meta.get_field("number")
    assert rotation.rotate(field) == rotation.Rotation(8, [])
    sealed = secret_model.objects.order_by("id").values_list("number", flat=True)
    assert all(not crypto.needs_rotation(s) for s in sealed if s)
    assert [row.number for row in secret_model.objects.order_by("id")] == numbers
    assert rotation.rotate(field) == rotation.Rotation(0, [])  # may be repeated
    notes = secret_model.objects.values_list("note", flat=True)
    assert all(crypto.needs_rotation(note) for note in notes)


def test_what_no_key_opens_is_named_and_stops_nothing(secret_model, capsys, monkeypatch):
    good, bad = (secret_model.objects.create(number=n) for n in "12")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE common_secret SET number = (SELECT number FROM common_secret WHERE id = %s) WHERE id = %s",
            [good.pk, bad.pk],
        )
    add_key(capsys)
    fields = [secret_model._meta.get_field("number")]
    monkeypatch.setattr(rotation, "encrypted_fields", lambda: fields)
    with pytest.raises(CommandError, match="1"):
        call_command("field_keys", "rotate")
    assert str(bad.pk) in capsys.readouterr().out
    assert secret_model.objects.get(pk=good.pk).number == "1"


def test_keys_are_never_written_over(keys):
    before = keys.read_bytes()
    with pytest.raises(CommandError):
        call_command("field_keys", "create")
    assert keys.read_bytes() == before
    assert json.loads(before)["active"] == 1


def test_every_encrypted_column_of_the_project_is_found():
    found = list(rotation.encrypted_fields())
    assert found
    assert all(isinstance(field, EncryptedTextField) for field in found)
    call_command("field_keys", "rotate")
