"""The outbox at a glance, for operators."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count
from django.utils import timezone

from accounts.audit import SYSTEM
from common.errors import NotAllowed
from notifications import actions
from notifications.models import Message


class Command(BaseCommand):
    help = "Count messages by channel and state; list the failed; send them again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--failed", action="store_true", help="list failed and uncertain ones")
        parser.add_argument("--retry", metavar="ID", help="send one of them again, or all")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry"]:
            self._retry(options["retry"])
        elif options["failed"]:
            self._list()
        else:
            self._count()

    def _count(self) -> None:
        counts = Message.objects.values_list("channel", "state").annotate(Count("pk"))
        for channel, state, count in counts.order_by("channel", "state"):
            self.stdout.write(f"{channel}\t{state}\t{count}")

    def _list(self) -> None:
        for row in Message.objects.failed().order_by("-id")[:1000]:
            self.stdout.write(
                f"{row.pk}\t{row.kind}\t{row.channel}\t{row.state}\t{row.last_error}\t{row.attempts}"
            )

    def _retry(self, which: str) -> None:
        failed = Message.objects.failed().order_by("id")
        if which != "all":
            try:
                failed = failed.filter(pk=UUID(which))
            except ValueError:
                raise CommandError("give the id of a message, or all") from None
        done = 0
        for message in failed:
            try:
                actions.retry(message, by=SYSTEM, now=timezone.now())
            except NotAllowed as refused:
                self.stderr.write(f"{message.pk}: {refused.code}")
            else:
                done += 1
        if not done and which != "all":
            raise CommandError("this message is not in the list of the failed")
        self.stdout.write(str(done))
