"""Lists that staff take away as a file, and how many people came to the site."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.crypto import EncryptedTextField
from clinic.models.fields import UidField


class Export(models.Model):
    """A list that a worker writes as a file for the one who asked. `clinic.exports` is its only writer.

    The file lies in encrypted parts, which are deleted after a day; the row says who took what away, and stays.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being written")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")
        GONE = "gone", _("deleted")

    uid = UidField()
    kind = models.CharField(_("list"), max_length=40)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exports", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    done = models.PositiveIntegerField(_("rows written"), default=0)
    # The key of the last row that is written: a worker that is killed is followed by one that goes on from there.
    reached = models.BigIntegerField(default=0, editable=False)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claimed_at = models.DateTimeField(_("last sign of the worker"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("export")
        permissions = [
            ("see_reports", _("may see reports")),
            ("take_lists", _("may take lists of patients' visits, requests and messages away as files")),
        ]
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["state", "claimed_at"], condition=Q(state__in=["waiting", "running"]), name="export_due"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="export_end_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, state__in=["waiting", "running"])
                | Q(finished_at__isnull=False, state__in=["done", "failed", "gone"]),
                name="export_finished_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {wording.dated(self.first_day)} to {wording.dated(self.last_day)}"

    @property
    def is_under_way(self) -> bool:
        """Say whether there is still something to wait for."""
        return self.state in (self.State.WAITING, self.State.RUNNING)


class ExportPart(models.Model):
    """A stretch of the file of an export."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField(_("number"))
    text = EncryptedTextField(_("text"))

    class Meta:
        verbose_name = _("part of an export")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="export_part_once")]

    def __str__(self) -> str:
        return f"{self.export_id} {self.number}"


class Arrival(models.Model):
    """How often somebody came to our public pages on a day, and from where. No person, no address, no cookie."""

    class Origin(models.TextChoices):
        DIRECT = "direct", _("Typed in, a letter of ours or not told")
        SEARCH = "search", _("Search engines")
        SOCIAL = "social", _("Social networks")
        SITE = "site", _("Other sites")

    day = models.DateField(_("day"))
    origin = models.CharField(_("from"), max_length=8, choices=Origin)
    number = models.PositiveIntegerField(_("arrivals"), default=0)

    class Meta:
        verbose_name = _("arrivals")
        verbose_name_plural = _("arrivals")
        ordering = ["-day", "origin"]
        constraints = [models.UniqueConstraint(fields=["day", "origin"], name="arrival_once")]

    def __str__(self) -> str:
        return f"{wording.dated(self.day)}, {self.origin}"
