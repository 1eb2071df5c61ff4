"""One city for all tests of a file. What a test does to it is undone, and the city itself at the end."""

import logging
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.access.world import World, build, undone


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    logging.disable(logging.WARNING)  # a thousand refusals are no news here, and cost seconds
    with django_db_blocker.unblock(), undone():
        yield build()
    logging.disable(logging.NOTSET)


@pytest.fixture
def _django_db_helper(world: World) -> None:
    """In place of pytest-django's: each test takes back by itself what it did, a knock at a time."""
    world.keep_awake()
