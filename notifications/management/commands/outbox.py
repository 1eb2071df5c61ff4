"""The outbox at a glance, for operators."""

import os
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count
from django.utils import timezone

from accounts.audit import SYSTEM
from common.errors import NotAllowed
from notifications import actions
from notifications.enums import MessageState
from notifications.models import Message, OutboxPause


class Command(BaseCommand):
    help = (
        "Count messages by channel and state; list the failed; send them again; pause and release."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=["pause", "release"], help="stop, let go")
        parser.add_argument("--reason", default="", help="why it is paused; staff read it")
        parser.add_argument(
            "--after-restore", action="store_true", help="rows may have been sent since the backup"
        )
        parser.add_argument("--by", default="", help="who does it, for the record")
        parser.add_argument("--failed", action="store_true", help="list failed and uncertain ones")
        parser.add_argument("--retry", metavar="ID", help="send one of them again, or all")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"]:
            self._stop_or_go(options)
        elif options["retry"]:
            self._retry(options["retry"])
        elif options["failed"]:
            self._list()
        else:
            self._count()

    def _stop_or_go(self, options: dict[str, Any]) -> None:
        by = replace(SYSTEM, post_label=options["by"] or os.environ.get("USER") or "manage.py")
        now = timezone.now()
        try:
            if options["what"] == "release":
                doubtful = actions.release_outbox(by=by, now=now)
                self.stdout.write(f"released; {doubtful} may have been sent before: see --failed")
                return
            if not options["reason"]:
                raise CommandError("say why: --reason")
            after_restore = options["after_restore"]
            actions.pause_outbox(options["reason"], after_restore=after_restore, by=by, now=now)
        except NotAllowed as refused:
            raise CommandError(refused.code) from None
        sending = Message.objects.filter(state=MessageState.SENDING).count()
        self.stdout.write(f"paused; {sending} on their way")

    def _count(self) -> None:
        if pause := OutboxPause.objects.in_force().first():
            self.stdout.write(f"paused since {pause.paused_at:%Y-%m-%d %H:%M} UTC: {pause.reason}")
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
