"""Tables that exist only in these tests."""

import pytest
from django.apps.registry import Apps
from django.db import connection, models
from typing_extensions import override

from common.fields import EncryptedTextField
from common.ids import uuid7

ISOLATED = Apps(["common"])  # other tests walk the project's models and must not meet these


class Secret(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = EncryptedTextField(null=True)
    note = EncryptedTextField(blank=True)

    class Meta:
        app_label = "common"
        apps = ISOLATED

    @override
    def __str__(self):
        return str(self.pk)


class Row(models.Model):
    rank = models.IntegerField()
    name = models.CharField(max_length=20)
    due_on = models.DateField(null=True)
    at = models.DateTimeField()
    share = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    parent = models.ForeignKey("self", models.CASCADE, null=True)

    class Meta:
        app_label = "common"
        apps = ISOLATED

    @override
    def __str__(self):
        return str(self.pk)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        existing = connection.introspection.table_names()
        with connection.schema_editor() as editor:
            for model in (Secret, Row):
                if model._meta.db_table in existing:  # left over by --reuse-db
                    editor.delete_model(model)
                editor.create_model(model)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in (Row, Secret):
            editor.delete_model(model)


@pytest.fixture
def secret_model():
    return Secret


@pytest.fixture
def row_model():
    return Row
