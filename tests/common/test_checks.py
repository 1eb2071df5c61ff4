import pytest
from django.core.checks import run_checks
from django.db import connection

from common.checks import check_chinese_search, check_field_keys

pytestmark = pytest.mark.django_db


def test_the_checks_of_the_database_run_with_it_and_are_quiet():
    assert [
        e for e in run_checks(databases=["default"]) if (e.id or "").startswith("common.E00")
    ] == []
    assert check_chinese_search(databases=["default"]) == []
    assert check_chinese_search(databases=None) == []


def test_the_extensions_are_there_and_know_chinese():
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        assert {"pg_trgm", "btree_gist"} <= {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT show_trgm('张伟民')")
        assert len(cursor.fetchone()[0]) == 4


def test_a_database_that_knows_only_ascii_letters_is_refused():
    with connection.cursor() as cursor:
        cursor.execute("SELECT '张' COLLATE \"C\" ~ '[[:alpha:]]', '张' ~ '[[:alpha:]]'")
        assert cursor.fetchone() == (False, True)


@pytest.mark.parametrize("is_installed", [True, False])
def test_a_database_without_chinese_letters_is_an_error(monkeypatch, is_installed):
    class Cursor:
        answers = [(is_installed,), (False,)]

        def __enter__(self):
            return self

        def __exit__(self, *args):
            return None

        def execute(self, statement):
            self.statement = statement

        def fetchone(self):
            return self.answers.pop(0)

    monkeypatch.setattr(connection, "cursor", Cursor)
    (error,) = check_chinese_search(databases=["default"])
    assert error.id == "common.E002"
    assert "UTF-8" in str(error.hint)


def test_a_missing_key_file_is_an_error_before_the_first_visitor(settings, tmp_path):
    settings.FIELD_KEYS_FILE, settings.FIELD_KEYS_CREATE = str(tmp_path / "none.json"), False
    (error,) = check_field_keys(databases=["default"])
    assert error.id == "common.E003"
    assert check_field_keys(databases=None) == []
