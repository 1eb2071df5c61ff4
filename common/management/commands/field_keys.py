"""The life of the keys: create once; each year add one, restart, rotate."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from typing_extensions import override

from common import crypto, rotation


class Command(BaseCommand):
    help = (
        "create: write a new key file (never over an old one). add: add a key and make it the active one; "
        "restart the portal afterwards. rotate: encrypt with the active key what older keys still hold."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("step", choices=["create", "add", "rotate"])
        parser.add_argument(
            "--suite", choices=[str(s) for s in crypto.Suite], default=str(crypto.Suite.AES)
        )

    @override
    def handle(self, *args: Any, step: str, suite: str, **options: Any) -> None:
        path = settings.FIELD_KEYS_FILE
        match step:
            case "create":
                if not crypto.create_keys(path, crypto.Suite(suite)):
                    raise CommandError(_("密钥文件 %(path)s 已存在，未作改动。") % {"path": path})
                self._say(
                    _("已创建密钥文件 %(path)s，请另行备份，勿与数据库备份放在一起。"), path=path
                )
            case "add":
                key_id = crypto.add_key(path, crypto.Suite(suite))
                self._say(_("已启用第%(key_id)s号密钥。请重启系统，再运行 rotate。"), key_id=key_id)
            case "rotate":
                self._rotate()

    def _rotate(self) -> None:
        unreadable = 0
        for field in rotation.encrypted_fields():
            done = rotation.rotate(field)
            unreadable += len(done.unreadable)
            self._say(_("%(field)s：重新加密%(count)s行。"), field=field, count=done.rotated)
            for pk in done.unreadable:
                self._say(_("%(field)s：主键%(pk)s无法解密。"), field=field, pk=pk)
        if unreadable:
            raise CommandError(
                _("有%(count)s个值无法解密，请核对密钥文件。") % {"count": unreadable}
            )

    def _say(self, text: str, **values: object) -> None:
        self.stdout.write(text % values)
