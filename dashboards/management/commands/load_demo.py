"""manage.py load_demo: the demonstration city in an empty database."""

import gc
import os
import sys
import time
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from typing_extensions import override

from accounts.models import User
from community.governance.actions import read_places
from dashboards.actions import recount
from dashboards.demo import accounts, cases, city, places
from residents.base.actions.counting import recount_population
from residents.base.models import Person
from servicehall.cases.actions import propose
from servicehall.cases.models import Case

# Working days of stories reach back about four months.
COUNTED_DAYS = 130
BAR = 30


class Command(BaseCommand):
    help = (
        "Fill an empty database with the demonstration city: places, calendar, catalogue, invented people, accounts "
        "(STATE_DIR/demo-accounts.json) and, at every stage of their way, about 120 cases. small: six communities with "
        "1,500 households. full: 86 communities, 258,000 households, 560,000 persons. The same seed gives the same "
        "people."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=["small", "full"], default="small")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--workers",
            type=int,
            default=0,
            help="processes for the full scale; default one a core",
        )
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing, and succeed, when somebody is there",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demonstration is switched off here (YIZHAN_DEMO); invented people stay out."
            )
        if User.objects.exists() or Person.objects.exists():
            if options["if_empty"]:
                self.stdout.write("The database is not empty: nothing loaded.")
                return
            raise CommandError(
                "The database is not empty. The demonstration is loaded once, into an empty one."
            )
        self._load(
            is_full=options["scale"] == "full", seed=options["seed"], workers=options["workers"]
        )

    def _load(self, *, is_full: bool, seed: int, workers: int) -> None:
        gc.freeze()  # what is imported by now stays: nobody need look through it again and again
        started, now = time.monotonic(), timezone.now()
        data = read_places()
        sites = places.sites(data, is_full=is_full)
        communities = [site.code for site in sites if site.profile]
        bar = Bar(
            self.stdout, total=sum(site.households for site in sites) + 10 * (STAFF + cases.TOLD)
        )
        bar.step("places", 0)
        city.load_ground(data, today=timezone.localdate(now))
        workers = workers or (os.cpu_count() or 1 if is_full else 1)
        done = city.load_people(
            data, is_full=is_full, seed=seed, workers=workers, now=now, report=bar.step
        )
        recount_population(now=now)
        analyse()
        made = accounts.make_accounts(
            done.wanted,
            communities=communities,
            seed=seed,
            now=now,
            report=lambda name: bar.step(name, 10),
        )
        told = cases.make_cases(
            communities,
            wanted=done.wanted,
            seed=seed,
            now=now,
            report=lambda item: bar.step(item, 10),
        )
        propose(now=now)
        recount(now=now, days=_days_since(told, timezone.localdate(now)))
        analyse()
        path = accounts.write_file(made, settings.STATE_DIR)
        bar.close()
        counts = ", ".join(f"{count:,} {name}" for name, count in sorted(done.counts.items()))
        self.stdout.write(
            f"{counts}, {len(made)} accounts ({path.name}), {len(told)} cases in {time.monotonic() - started:.0f} s"
        )


STAFF = 86  # about; only the bar needs it


def _days_since(told: list[Case], today: date) -> int:
    return min(COUNTED_DAYS, (today - min(case.filed_on for case in told)).days + 1)


def analyse() -> None:
    """Tell the planner what is there now; with the figures of an empty table it may choose to read everything."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = %s", [settings.BULK_STATEMENT_TIMEOUT])
        cursor.execute("ANALYZE")
        cursor.execute("SET statement_timeout TO DEFAULT")


class Bar:
    """A bar on a terminal, a line for each tenth elsewhere."""

    def __init__(self, out: Any, *, total: int) -> None:
        self.out, self.total, self.done, self.told = out, total, 0, -1
        self.is_terminal = sys.stdout.isatty()

    def step(self, what: str, amount: int) -> None:
        self.done = min(self.total, self.done + amount)
        share = self.done / self.total
        if self.is_terminal:
            filled = round(share * BAR)
            self.out.write(
                f"\r[{'█' * filled}{'·' * (BAR - filled)}] {share:4.0%} {what:<20.20}", ending=""
            )
            self.out.flush()
        elif int(share * 10) > self.told:
            self.told = int(share * 10)
            self.out.write(f"{share:4.0%} {what}")

    def close(self) -> None:
        if self.is_terminal:
            self.out.write("\r" + " " * (BAR + 30) + "\r", ending="")
