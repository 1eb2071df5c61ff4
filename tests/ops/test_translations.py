import gettext
import os
import subprocess
import sys
from io import StringIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ops.state import ROOT
from ops.translations import compile_changed, faults

EXTRACT = "from pathlib import Path; from ops.translations import fresh; print(fresh(Path()/'none').decode())"

PO = """\
msgid ""
msgstr ""
"Language: en\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "办件"
msgstr "{english}"
"""


@pytest.fixture
def po(tmp_path):
    path = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO.format(english="Case"), encoding="utf-8")
    return path


def translated(po, text):
    with po.with_suffix(".mo").open("rb") as handle:
        return gettext.GNUTranslations(handle).gettext(text)


def test_a_catalogue_is_compiled_once(po, tmp_path):
    assert compile_changed(tmp_path) == [po.with_suffix(".mo")]
    assert translated(po, "办件") == "Case"
    assert compile_changed(tmp_path) == []


def test_a_changed_catalogue_is_compiled_again(po, tmp_path):
    compile_changed(tmp_path)
    po.write_text(PO.format(english="Matter"), encoding="utf-8")
    later = po.with_suffix(".mo").stat().st_mtime + 5
    os.utime(po, (later, later))

    assert compile_changed(tmp_path) == [po.with_suffix(".mo")]
    assert translated(po, "办件") == "Matter"


def test_a_complete_catalogue_has_no_faults():
    catalogue = Catalog(locale="en")
    catalogue.add("还有%(count)s件", "%(count)s more", flags=["python-format"])

    assert list(faults(catalogue)) == []


def test_what_english_readers_would_miss_is_named():
    catalogue = Catalog(locale="en")
    catalogue.add("未译", "", locations=[("a.py", 1)])
    catalogue.add("存疑", "Doubtful", flags=["fuzzy"])
    catalogue.add("还有%(count)s件", "%(number)s more", flags=["python-format"])

    found = list(faults(catalogue))

    assert len(found) == 3
    assert found[0].startswith("a.py: untranslated")
    assert "fuzzy" in found[1]
    assert "还有" in found[2]


def test_every_text_of_the_portal_is_extracted_and_the_tree_left_alone():
    before = {path: path.stat().st_mtime_ns for path in (ROOT / "templates").rglob("*")}

    # In a process of its own: it changes settings.
    done = subprocess.run(
        [sys.executable, "-c", EXTRACT], cwd=ROOT, capture_output=True, check=True, text=True
    )
    catalogue = read_po(StringIO(done.stdout))

    found = {message.id: message.locations for message in catalogue if message.id}
    assert any(path.startswith("common/") for locations in found.values() for path, _ in locations)
    assert any(
        path.startswith("templates/") for locations in found.values() for path, _ in locations
    )
    assert {path: path.stat().st_mtime_ns for path in (ROOT / "templates").rglob("*")} == before
