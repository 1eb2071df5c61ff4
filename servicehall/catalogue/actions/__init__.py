"""The writers of the catalogue, one function per verb."""

from servicehall.catalogue.actions.loading import load_catalogue
from servicehall.catalogue.actions.searching import count_empty_search

__all__ = ["count_empty_search", "load_catalogue"]
