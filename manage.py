#!/usr/bin/env python
"""Django's command line for Stridewell."""

import os
import sys


def main() -> None:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.core.management import execute_from_command_line

    from clinic import environment

    environment.load()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
