"""One table for everything that takes a practitioner's or a room's time, so that nothing can clash with anything."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.constraints import NoOverlap
from clinic.crypto import EncryptedTextField
from clinic.models import Location, Practitioner, Room, ServiceMode, TravelZone
from clinic.models.fields import UidField
from clinic.spans import Span

# States in which a block takes time. A no-show and a cancelled visit free it.
LIVE = ["held", "booked", "arrived", "seen"]
# The longest span with buffers. Overlap queries look back no further than this.
LONGEST = timedelta(hours=14)


class Block(models.Model):
    """A stretch of a practitioner's time: hold, visit, class or busy. `booking.diary` is its only writer.

    The visit runs from `starts_at` to `ends_at`; the practitioner is taken from `busy_from` to `busy_until` (with the
    service's buffers) and the room from `room_from` to `room_until`.

    It takes place at `location`, or at somebody's home in `zone`; where neither is known, the roads are judged with care
    (`booking.availability.roads`). A visit by video is at the location where its practitioner works.
    """

    class Kind(models.TextChoices):
        HOLD = "hold", _("hold")
        VISIT = "visit", _("visit")
        CLASS = "class", _("class")
        BUSY = "busy", _("busy")

    class State(models.TextChoices):
        HELD = "held", _("held")
        BOOKED = "booked", _("booked")
        ARRIVED = "arrived", _("arrived")
        SEEN = "seen", _("seen")
        NO_SHOW = "no_show", _("no-show")
        CANCELLED = "cancelled", _("cancelled")

    uid = UidField()
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="blocks")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="blocks")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="blocks")
    zone = models.ForeignKey(TravelZone, on_delete=models.PROTECT, null=True, blank=True, related_name="blocks")
    # What is given: limits a day count by it. Classes and busy times give nothing that can be booked.
    offer = models.ForeignKey(
        ServiceMode,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="blocks",
        verbose_name=_("service by mode"),
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    busy_from = models.DateTimeField(_("taken from"))
    busy_until = models.DateTimeField(_("taken until"))
    room_from = models.DateTimeField(_("room from"), null=True, blank=True)
    room_until = models.DateTimeField(_("room until"), null=True, blank=True)
    overlap = models.BooleanField(_("overlaps on purpose"), default=False)
    overlap_reason = EncryptedTextField(_("why it overlaps"), blank=True, default="")
    browser = models.CharField(_("browser of a hold"), max_length=64, blank=True, editable=False)
    expires_at = models.DateTimeField(_("hold until"), null=True, blank=True)
    label = models.CharField(_("label"), max_length=80, blank=True, help_text=_("For classes and busy times."))
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("block")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["practitioner", "busy_from"], name="block_by_practitioner"),
            models.Index(fields=["room", "room_from"], name="block_by_room"),
            models.Index(fields=["starts_at"], name="block_by_start"),
            models.Index(fields=["expires_at"], condition=Q(state="held"), name="block_expiring"),
        ]
        constraints = [
            NoOverlap(
                name="block_practitioner_free",
                key="practitioner",
                start="busy_from",
                end="busy_until",
                longest=LONGEST,
                condition=Q(state__in=LIVE, overlap=False),
                violation_error_message=_("That time has just gone."),
                violation_error_code="slot_taken",
            ),
            NoOverlap(
                name="block_room_free",
                key="room",
                start="room_from",
                end="room_until",
                longest=LONGEST,
                condition=Q(state__in=LIVE, overlap=False),
                violation_error_message=_("That room is in use then."),
                violation_error_code="room_taken",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), busy_from__lte=F("starts_at"), busy_until__gte=F("ends_at")),
                name="block_end_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(busy_until__lte=F("busy_from") + LONGEST),
                name="block_not_too_long",
                violation_error_message=_("At most 14 hours at a stretch."),
            ),
            models.CheckConstraint(
                condition=Q(room__isnull=True, room_from__isnull=True, room_until__isnull=True)
                | Q(
                    room__isnull=False,
                    room_from__gte=F("busy_from"),
                    room_until__lte=F("busy_until"),
                    room_until__gt=F("room_from"),
                ),
                name="block_room_has_span",
                violation_error_message=_("A room is taken for a time within the visit and its buffers."),
            ),
            models.CheckConstraint(
                condition=Q(location__isnull=True) | Q(zone__isnull=True),
                name="block_at_one_place",
                violation_error_message=_("It is at a location or at a home, not both."),
            ),
            models.CheckConstraint(
                # Compared as it is stored: encrypted, or empty.
                condition=Q(overlap=False) | ~Q(Exact(Cast("overlap_reason", models.TextField()), "")),
                name="block_overlap_has_reason",
                violation_error_message=_("Say why this overlaps."),
            ),
            models.CheckConstraint(
                condition=(Q(kind="hold", state="held", expires_at__isnull=False) & ~Q(browser=""))
                | (~Q(kind="hold") & ~Q(state="held") & Q(expires_at__isnull=True, browser="")),
                name="block_hold_expires",
                violation_error_message=_("Only a hold is held, and it ends by itself."),
            ),
            models.UniqueConstraint(
                fields=["browser"],
                condition=Q(state="held"),
                name="block_one_hold_per_browser",
                violation_error_message=_("You already hold another time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {wording.stamped(timezone.localtime(self.starts_at))}"

    @property
    def busy(self) -> Span:
        """Give the time that it takes from its practitioner: the visit with its buffers."""
        return Span(self.busy_from, self.busy_until)
