"""The writers of the catalogue, one function per verb."""

from servicehall.catalogue.actions.bundling import (
    discard_bundle,
    offered,
    propose_bundle,
    publish_bundle,
    retire_bundle,
    save_bundle,
    send_bundle_back,
    start_bundle,
    start_bundle_draft,
    take_bundle_back,
)
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
    "discard_bundle",
    "export_items",
    "import_items",
    "known_now",
    "load_catalogue",
    "offered",
    "propose",
    "propose_bundle",
    "publish",
    "publish_bundle",
    "retire",
    "retire_bundle",
    "save_bundle",
    "save_section",
    "send_back",
    "send_bundle_back",
    "start_bundle",
    "start_bundle_draft",
    "start_draft",
    "start_item",
    "take_back",
    "take_bundle_back",
]
