"""Message catalogues: compiled without system gettext, and compared with a fresh extraction.

Source texts are Simplified Chinese, so that language needs no catalogue of its own.

python -m ops.translations           compile what has changed
python -m ops.translations extract   write new and changed texts into locale/en (needs gettext)
python -m ops.translations check     fail on a text without a faithful English one (needs gettext)
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ops.state import ROOT

LOCALE = ROOT / "locale"
LANGUAGE = "en"
CATALOGUE = Path(LANGUAGE, "LC_MESSAGES", "django.po")
SOURCES = (
    *("accounts", "common", "community", "config", "dashboards", "funding", "grid"),
    *("notifications", "residents", "servicehall", "templates"),
)


def compile_changed(locale: Path = LOCALE) -> list[Path]:
    """Write the .mo beside each .po that is newer than it; the files written."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(".draft")
        with draft.open("wb") as handle:
            write_mo(handle, _read(source))
        draft.replace(target)
        written.append(target)
    return written


def faults(catalogue: Catalog) -> Iterator[str]:
    """One line per text that is untranslated, doubtful, or differs in its placeholders."""
    for message in catalogue:
        if not message.id:
            continue
        where = ", ".join(path for path, _ in message.locations[:2])
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.fuzzy:
            yield f"{where}: fuzzy: {message.id!r}"
        elif not all(texts):
            yield f"{where}: untranslated: {message.id!r}"
        else:
            yield from (f"{where}: {error}: {message.id!r}" for error in message.check(catalogue))


def fresh(po: Path) -> bytes:
    """The catalogue `po` brought up to date with the source. Raises CommandError without gettext.

    Works on a copy: makemessages writes beside the templates while other checks may be reading them.
    """
    import django
    from django.conf import settings
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    django.setup()
    with tempfile.TemporaryDirectory() as directory, contextlib.chdir(directory):
        for name in SOURCES:
            ignored = shutil.ignore_patterns("__pycache__", "static", "data")
            shutil.copytree(ROOT / name, name, ignore=ignored)
        copy = Path(directory, "locale", CATALOGUE)
        copy.parent.mkdir(parents=True)
        if po.exists():
            shutil.copy(po, copy)
        settings.LOCALE_PATHS = [f"{directory}/locale"]
        call_command(
            "makemessages",
            locale=[LANGUAGE],
            no_obsolete=True,
            no_wrap=True,
            add_location="file",
            verbosity=0,
        )
        return copy.read_bytes()


def _read(path: Path) -> Catalog:
    with path.open("rb") as handle:
        return read_po(handle, locale=path.parents[1].name, domain=path.stem)


def main(arguments: list[str]) -> int:
    po = LOCALE / CATALOGUE
    if arguments == ["extract"]:
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_bytes(fresh(po))
    if arguments != ["check"]:
        for path in compile_changed():
            print(path.relative_to(ROOT))
        return 0
    found = list(faults(read_po(BytesIO(fresh(po)), locale=LANGUAGE)))
    print("\n".join(found[:50]))
    print(f"locale/{LANGUAGE}: {len(found)} texts to translate or mend (make messages)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
