"""Deliver without any broker: the safety net when Celery or Valkey are out of order."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from notifications import deliveries, delivery


class Command(BaseCommand):
    help = "Deliver what is due, again and again, without a broker. May run beside workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pause", type=float, default=2.0, help="seconds between looks")
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(str(delivery.drain() + deliveries.drain()))
            return
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        while not stop.is_set():
            try:
                delivery.drain()
                deliveries.drain()
            except (OperationalError, InterfaceError) as error:
                self.stderr.write(f"database: {type(error).__name__}")
                close_old_connections()
            stop.wait(options["pause"])
