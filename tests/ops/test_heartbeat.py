import math

import pytest

from ops import probe
from ops.heartbeat import DEAF_AFTER, Ear


class World:
    """A clock, and how long ago the worker wrote its heartbeat down."""

    def __init__(self):
        self.now = 5000.0
        self.age = math.inf
        self.asked = 0

    def clock(self):
        return self.now

    def ask(self, url):
        self.asked += 1
        return self.age


@pytest.fixture
def world():
    return World()


@pytest.fixture
def ear(world):
    return Ear("postgres://", clock=world.clock, age=world.ask)


def test_a_new_worker_gets_its_time(world, ear):
    world.now += DEAF_AFTER
    assert not ear.hears_nothing()


def test_a_worker_that_never_beats_is_deaf(world, ear):
    world.now += DEAF_AFTER + 1
    assert ear.hears_nothing()


def test_a_beating_worker_is_heard_however_long_it_lives(world, ear):
    world.now += 100_000
    world.age = 10.0
    assert not ear.hears_nothing()


def test_a_worker_that_stops_beating_is_deaf(world, ear):
    world.now += 100_000
    world.age = DEAF_AFTER + 1
    assert ear.hears_nothing()


def test_without_database_the_worker_is_not_blamed(world, ear):
    for _ in range(20):
        world.now += 60
        world.age = None
        assert not ear.hears_nothing()
    world.now += 60
    world.age = math.inf
    assert not ear.hears_nothing()


def test_a_restarted_worker_gets_its_time_again(world, ear):
    world.now += DEAF_AFTER + 1
    assert ear.hears_nothing()
    ear.reset()
    world.now += 30
    assert not ear.hears_nothing()


def test_the_database_is_not_asked_at_every_look(world, ear):
    world.age = 1.0
    for _ in range(100):
        world.now += 0.25
        ear.hears_nothing()
    assert world.asked == 1


@pytest.mark.parametrize(
    ("age", "uptime", "healthy"),
    [(10.0, 9000.0, True), (9000.0, 20.0, True), (9000.0, 9000.0, False), (None, 9000.0, True)],
)
def test_the_container_of_a_deaf_worker_is_unhealthy(monkeypatch, age, uptime, healthy):
    monkeypatch.setenv("DATABASE_URL", "postgres://")
    monkeypatch.setattr(probe, "seconds_since_heartbeat", lambda url: age)

    assert probe.worker(uptime=uptime) is healthy
