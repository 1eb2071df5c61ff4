"""The writers of the catalogue, one function per verb."""

from servicehall.catalogue.actions.carrying import export_items, import_items
from servicehall.catalogue.actions.loading import load_catalogue
from servicehall.catalogue.actions.searching import add_word, count_empty_search
from servicehall.catalogue.actions.versions import (
    benefit_kinds,
    discard,
    known_now,
    propose,
    publish,
    retire,
    save_section,
    send_back,
    start_draft,
    start_item,
    take_back,
)

__all__ = [
    "add_word",
    "benefit_kinds",
    "count_empty_search",
    "discard",
    "export_items",
    "import_items",
    "known_now",
    "load_catalogue",
    "propose",
    "publish",
    "retire",
    "save_section",
    "send_back",
    "start_draft",
    "start_item",
    "take_back",
]
