"""The data files that a portal starts with, as their loaders bring them in: read once in a process, then put back.

`load_documents` is not among them: it makes a letterhead for each body that it finds.
"""

from collections.abc import Callable
from typing import Any

from django.core.management import call_command

from residents.base.actions.sources import load_sources as _sources
from residents.exchange.actions.setup import load_exchange as _exchange
from residents.rights.actions import load_rights as _rights
from servicehall.catalogue.actions import load_catalogue as _catalogue
from servicehall.publicity.actions import load_publicity as _publicity
from servicehall.supervision.actions import load_supervision as _supervision
from tests.remembering import remembered


def _remembering(load: Callable[[], Any]) -> Callable[[], None]:
    return lambda: remembered(load, lambda: load() and None, is_alone=False)


load_sources = _remembering(_sources)
load_exchange = _remembering(_exchange)
load_rights = _remembering(_rights)
load_catalogue = _remembering(_catalogue)
load_publicity = _remembering(_publicity)
load_supervision = _remembering(_supervision)


def load_calendar() -> None:
    """The working days of all years that are published."""
    remembered("calendar", lambda: call_command("load_calendar", verbosity=0), is_alone=False)
