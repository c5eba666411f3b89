"""Load the demo clinic."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from booking.demo.build import demo
from booking.demo.house import PASSWORD
from clinic.models import Clinic, User


class Command(BaseCommand):
    """`manage.py demo`: fill an empty database with Sidehill Physical Therapy."""

    help = "Load the demo clinic, its staff, patients, requests and visits into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --if-empty."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing if a clinic is already there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, all or nothing."""
        if Clinic.objects.exists():
            if not options["if_empty"]:
                raise CommandError("There is a clinic already. The demo goes into an empty database only.")
        else:
            with transaction.atomic():
                demo(now=timezone.now())
            self.stdout.write("The demo clinic is loaded.")
        for line in self._logins():
            self.stdout.write(line)

    def _logins(self) -> list[str]:
        """Say with which of the demo's logins one can still sign in: none in a clinic that has gone its own way."""
        users = {user.username: user for user in User.objects.filter(is_active=True)}
        return [
            f"  {what:<11}{login} / {PASSWORD}"
            for what, login in (("Front desk", "jo"), ("Therapist", "dana"), ("Manager", "hana"))
            if login in users and users[login].check_password(PASSWORD)
        ]
