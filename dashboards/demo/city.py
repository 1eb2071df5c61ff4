"""Fill an empty database with the city: places, calendar, catalogue, and the people of its communities."""

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import django
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from accounts import audit
from community.governance.actions import load_places
from community.governance.models import Place
from dashboards.demo import places
from dashboards.demo.people import populate
from dashboards.demo.places import Site
from residents.base.actions import bulk
from residents.base.actions.care import load_care_kinds
from residents.base.actions.sources import load_limits, load_sources
from residents.exchange.actions.setup import load_exchange
from residents.rights.actions import load_rights
from servicehall.catalogue.actions import load_catalogue
from servicehall.documents.actions import load_documents
from servicehall.publicity.actions import load_publicity
from servicehall.supervision.actions import load_supervision


@dataclass(slots=True)
class Done:
    """What was written, and the ids of the persons whom the demonstration knows by name."""

    counts: Counter[str] = field(default_factory=Counter)
    wanted: dict[str, UUID] = field(default_factory=dict)


def load_ground(data: Mapping[str, Any], *, today: date) -> None:
    """What every installation has: places, bodies, calendar, catalogue, and the data of the resident base."""
    load_places(data, today=today)
    call_command("load_calendar", verbosity=0, stdout=_Silence())
    load_catalogue()
    load_sources()
    load_exchange()
    load_limits()
    load_care_kinds()
    load_rights()
    load_publicity()
    load_supervision()
    load_documents()


class _Silence:
    def write(self, text: str) -> None:
        """The progress bar speaks for all."""

    def flush(self) -> None:
        """Nothing was kept."""


def load_people(
    data: Mapping[str, Any],
    *,
    is_full: bool,
    seed: int,
    workers: int,
    now: datetime,
    report: Callable[[str, int], None],
) -> Done:
    """Everybody, community by community. With several workers each writes through a connection of its own.

    A community is one transaction; memory holds one community per worker. `report` gets name and households.
    """
    done = Done()
    found = places.sites(data, is_full=is_full)
    ids = dict(Place.objects.public().values_list("code", "id"))
    jobs = [(site, ids[site.code], seed, data["as_of"], now) for site in found]
    for site, counts, wanted in _results(jobs, workers):
        done.counts.update(counts)
        done.wanted.update(wanted)
        report(site.name, site.households)
    return done


Job = tuple[Site, UUID, int, date, datetime]
Result = tuple[Site, dict[str, int], dict[str, UUID]]


def _results(jobs: list[Job], workers: int) -> Iterator[Result]:
    if workers < 2:
        yield from map(load_community, jobs)
        return
    connections.close_all()
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=django.setup
    ) as pool:
        yield from pool.map(load_community, jobs)


def load_community(job: Job) -> Result:
    """Build and write one community."""
    site, community_id, seed, as_of, now = job
    community = Place(id=community_id, code=site.code, path=site.path)
    ground = places.build(
        site,
        rng=random.Random(f"{seed}:{site.code}:ground"),
        community_id=community_id,
        as_of=as_of,
    )
    population = populate(
        site, ground, seed=seed, community=community, as_of=as_of, until=timezone.localdate(now)
    )
    with transaction.atomic(durable=True), bulk.patience():
        bulk.copy(ground.places)
        counts = bulk.write(
            population.batch,
            source=f"demo seed {seed}",
            place_path=site.path,
            by=audit.SYSTEM,
            now=now,
        )
    return site, {"places": len(ground.places), **counts}, population.wanted
