"""manage.py tie_staff USERNAME: which person of the base a member of staff is. The ID number is asked, not shown."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import audit
from accounts.enums import UserKind
from accounts.models import User
from common.errors import NotAllowed
from residents.base import actions


class Command(BaseCommand):
    help = (
        "Tie a staff account to its person, so that nobody acts on the matter of his own household."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], kind=UserKind.STAFF).first()
        if user is None:
            raise CommandError("no such staff account")
        number = getpass.getpass("ID number: ")
        try:
            actions.tie_staff(user, number, by=audit.SYSTEM, now=timezone.now())
        except NotAllowed as error:
            raise CommandError(str(error.message)) from None
        self.stdout.write("tied")
