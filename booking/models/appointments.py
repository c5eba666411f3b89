"""Appointments: a block and one patient, and what happened to each."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.blocks import Block
from clinic import wording
from clinic.crypto import EncryptedTextField
from clinic.models import Location, Mode, Patient, Service, TravelZone
from clinic.models.fields import TimeZoneField, UidField
from intake.models import Request, Screening

# So long a patient may take a cancel back.
UNDO_WITHIN = timedelta(minutes=2)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Questions about many visits."""

    def coming_online(self, now: datetime) -> "AppointmentQuerySet":
        """Return visits still to come that patients booked themselves: `Clinic.most_online_visits` of one at most."""
        return self.filter(
            source=Appointment.Source.ONLINE, block__state=Block.State.BOOKED, block__starts_at__gt=now
        ).order_by("block__starts_at")


class Appointment(models.Model):
    """A visit of one patient. Its time and state are its block's; `booking.diary` is its only writer."""

    class Source(models.TextChoices):
        ONLINE = "online", _("online")
        DESK = "desk", _("by the desk")
        WALK_IN = "walk_in", _("walked in")

    class Hold(models.TextChoices):
        """Why a visit that was booked does not simply take place."""

        TALK = "talk", _("a PT talks to the patient first")
        IN_PERSON = "in_person", _("needs a visit in person")

    uid = UidField()
    submission = models.UUIDField(_("submission"), unique=True, editable=False)
    block = models.OneToOneField(Block, on_delete=models.PROTECT, related_name="appointment")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="appointments")
    mode = models.CharField(_("mode"), max_length=12, choices=Mode)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    screening = models.ForeignKey(
        Screening, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    request = models.ForeignKey(Request, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    source = models.CharField(_("booked"), max_length=8, choices=Source, default=Source.ONLINE)
    flag = models.CharField(
        _("flag"), max_length=20, blank=True, help_text=_("unscreened, or the gate it was booked under.")
    )
    # Set by a newer level; the time stays taken until a PT decides (booking.diary.holding).
    hold = models.CharField(_("on hold"), max_length=10, choices=Hold, blank=True)
    held_at = models.DateTimeField(_("on hold since"), null=True, blank=True)
    kept_at = models.DateTimeField(_("kept by a PT"), null=True, blank=True)
    sequence = models.PositiveIntegerField(_("sequence"), default=0)
    # The zone the patient was told the time in, and that wall time: a change of the zone data must not move a visit.
    time_zone = TimeZoneField(verbose_name=_("time zone"))
    wall_time = models.CharField(_("wall time"), max_length=16, help_text="2026-11-24 09:40")
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=2)
    # For the drive to a home visit, on top of the price; as it was when the visit was booked.
    zone = models.ForeignKey(
        TravelZone,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("travel zone"),
    )
    zone_fee = models.DecimalField(_("fee for the drive"), max_digits=8, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3)
    address = EncryptedTextField(_("address of a home visit"), blank=True, default="")
    access_notes = EncryptedTextField(_("gate, pets, parking"), blank=True, default="")
    state_then = models.CharField(_("state the patient will be in"), max_length=2, blank=True)
    # What the patient accepted about late fees, in the words and figures shown then; later changes of the service are not theirs.
    terms = models.TextField(_("rule on late fees"), blank=True)
    terms_at = models.DateTimeField(_("rule accepted"), null=True, blank=True)
    late_hours = models.PositiveSmallIntegerField(_("late from, hours before"), default=0)
    late_fee = models.DecimalField(_("late fee"), max_digits=8, decimal_places=2, default=0)
    no_show_fee = models.DecimalField(_("fee for not coming"), max_digits=8, decimal_places=2, default=0)
    free_until = models.DateTimeField(_("cancelled at no cost until"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=10, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.CharField(_("cancelled by"), max_length=10, blank=True)
    cancel_reason = EncryptedTextField(_("reason"), blank=True, default="")
    link_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("booked at"))

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        permissions = [
            ("work_day", _("may book, move and cancel at the desk")),
            ("see_own_day", _("may see the own day as a practitioner")),
        ]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["patient", "-created_at"], name="appointment_patient_newest"),
            models.Index(fields=["created_at"], name="appointment_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(hold="", held_at__isnull=True) | (~Q(hold="") & Q(held_at__isnull=False)),
                name="appointment_hold_has_time",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by="")
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by="")),
                name="appointment_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(terms_at__isnull=False) & ~Q(terms=""))
                | Q(terms_at__isnull=True, terms="", late_fee=0, no_show_fee=0, free_until__isnull=True),
                name="appointment_fees_were_accepted",
                violation_error_message=_("Nobody owes a fee that they were not told of."),
            ),
            models.CheckConstraint(
                condition=Q(late_fee=0) | Q(late_fee__gt=0, free_until__isnull=False),
                name="appointment_late_fee_has_a_time",
            ),
            models.CheckConstraint(condition=Q(no_show_fee__gte=0), name="appointment_no_show_fee_not_negative"),
            models.CheckConstraint(
                condition=Q(mode="in_clinic", location__isnull=False) | ~Q(mode="in_clinic"),
                name="appointment_in_clinic_has_location",
                violation_error_message=_("A visit at the clinic needs a location."),
            ),
            models.CheckConstraint(
                condition=~Q(mode="telehealth") | ~Q(state_then=""),
                name="appointment_telehealth_has_state",
                violation_error_message=_("Say in which state the patient will be."),
            ),
            models.CheckConstraint(
                condition=Q(zone_fee=0) | Q(mode="mobile", zone_fee__gt=0),
                name="appointment_zone_fee_at_home",
                violation_error_message=_("Only a visit at home has a fee for the drive, and none below zero."),
            ),
            models.CheckConstraint(
                condition=Q(zone__isnull=True) | Q(mode="mobile"),
                name="appointment_zone_at_home",
                violation_error_message=_("Only a visit at home is in a travel zone."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.told}"

    @property
    def told(self) -> str:
        """Return when the patient was told that it starts: by the clock of their zone, named where it is not the reader's."""
        said = wording.stamped(datetime.fromisoformat(self.wall_time))
        ours = self.time_zone == timezone.get_current_timezone_name()
        return said if ours else f"{said} {wording.zone_words(self.time_zone)}"

    @property
    def total(self) -> Decimal:
        """Return what the visit costs without a plan: its price and the fee for the drive."""
        return self.price + self.zone_fee

    @property
    def undo_until(self) -> datetime | None:
        """Return until when the patient may take the cancel back; None for a visit that they have not cancelled."""
        by_patient = self.block.state == Block.State.CANCELLED and self.cancelled_by == "patient"
        return self.cancelled_at + UNDO_WITHIN if by_patient and self.cancelled_at else None

    def is_coming_online(self, now: datetime) -> bool:
        """Say the same of one visit as `coming_online` of many."""
        block = self.block
        return self.source == self.Source.ONLINE and block.state == Block.State.BOOKED and block.starts_at > now


class AppointmentEvent(models.Model):
    """One act on an appointment: who, when, from what to what."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("when"))
    act = models.CharField(_("act"), max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    by_label = models.CharField(_("by"), max_length=10, default="patient")
    sequence = models.PositiveIntegerField(_("sequence"))
    details = models.JSONField(_("details"), default=dict, blank=True)
    # Somebody's own words, which may be about health: not among the details, which are in clear.
    why = EncryptedTextField(_("why"), blank=True, default="")

    class Meta:
        verbose_name = _("appointment event")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.act} {wording.stamped(timezone.localtime(self.at))}"
