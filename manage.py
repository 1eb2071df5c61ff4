#!/usr/bin/env python
"""Django's command line for the portal. It finds the embedded database by itself."""

import os
import sys

from common.frames import with_room


@with_room
def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
