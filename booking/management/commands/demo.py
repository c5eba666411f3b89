"""Load the demo clinic."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from booking.demo.build import demo
from clinic.models import Clinic


class Command(BaseCommand):
    """`manage.py demo`: fill an empty database with Sidehill Physical Therapy."""

    help = "Load the demo clinic, its staff, patients, requests and visits into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --if-empty."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing if a clinic is already there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, all or nothing."""
        if Clinic.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There is a clinic already. The demo goes into an empty database only.")
        with transaction.atomic():
            demo(now=timezone.now())
        self.stdout.write("The demo clinic is loaded.")
