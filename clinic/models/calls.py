"""One queue of what a person must do by a time, and who is on duty for it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.constraints import NoOverlap
from clinic.crypto import EncryptedTextField
from clinic.models.fields import UidField
from clinic.models.patients import Patient
from clinic.models.places import Weekday


class CallQuerySet(models.QuerySet["Call"]):
    """Questions about the queue."""

    def open(self) -> "CallQuerySet":
        """Return the calls that are still to be made, the first due first."""
        return self.filter(state=Call.State.OPEN).order_by("due_at", "id")

    def overdue(self, now: datetime) -> "CallQuerySet":
        """Return the open calls whose time has passed."""
        return self.open().filter(due_at__lt=now)


class Call(models.Model):
    """Something that a person must do by a time, such as calling a patient."""

    class Reason(models.TextChoices):
        DISCOVERY = "discovery", _("Discovery session")
        QUESTION = "question", _("Question for a PT")
        COST = "cost", _("Times and cost")
        TEAM = "team", _("Team request")
        EMERGENCY = "emergency", _("Emergency")
        URGENT = "urgent", _("Urgent: a PT calls")
        REFER = "refer", _("Refer: a PT reviews")
        UNSURE = "unsure", _("Unsure: a PT calls")
        ALERT = "alert", _("Words that worry us")
        INTERPRETER = "interpreter", _("Interpreter wanted")
        UNSCREENED = "unscreened", _("Visit not screened yet")
        UNFINISHED = "unfinished", _("Check by phone not finished")
        HELD = "held", _("Visit on hold: a PT decides")
        MESSAGE = "message", _("Could not reach")
        TEXT = "text", _("Answered by text")
        VIDEO = "video", _("Cannot join by video")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        BOOKED = "booked", _("Booked")
        ANSWERED = "answered", _("Answered")
        NO_ANSWER = "no_answer", _("No answer")
        VOICEMAIL = "voicemail", _("Left a voicemail")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        PASSED = "passed", _("Passed to a PT")
        DECLINED = "declined", _("Does not want a visit")
        ELSEWHERE = "elsewhere", _("Sent to other care")

    uid = UidField()
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    subject_uid = models.UUIDField(_("about"), db_index=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="calls")
    name = models.CharField(_("who"), max_length=160)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    for_pt = models.BooleanField(_("a PT calls"), default=False)
    due_at = models.DateTimeField(_("due"))
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.OPEN)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="claimed_calls"
    )
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)
    # When the call last came back unmade: alerts before this were for an earlier round.
    alerted_from = models.DateTimeField(_("alerts count from"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="closed_calls"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"))

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        permissions = [
            ("work_calls", _("may work the call queue")),
            ("end_pt_calls", _("may finish calls that only a PT may finish")),
        ]
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["created_at"], name="call_by_day"),
            models.Index(fields=["due_at"], condition=Q(state="open"), name="call_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reason", "subject_uid"],
                condition=Q(state="open"),
                name="call_open_once",
                violation_error_message=_("This call is already in the queue."),
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="call_claim_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (Q(state="done", closed_at__isnull=False) & ~Q(outcome="")),
                name="call_done_has_outcome",
                violation_error_message=_("Say how it ended."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.name}"


class CallNote(models.Model):
    """One try or note on a call; the queue's history."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Call.Outcome, blank=True)
    note = EncryptedTextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("call note")
        ordering = ["-id"]

    def __str__(self) -> str:
        return wording.stamped(timezone.localtime(self.at))


# A Monday: weekly stretches are also kept as moments of this one week, so that the database can refuse overlaps.
WEEK = datetime(2001, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class DutyShift(models.Model):
    """A weekly stretch in which a person is alerted; wall-clock times in the clinic's zone. `clinic.duty` asks it.

    An end at 0:00 is midnight, at the end of the day. The same person is never there twice at one time: whoever is
    first in line cannot be the second.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="duty_shifts")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"), help_text=_("0:00 is midnight."))
    second = models.BooleanField(_("second in line"), default=False)
    # The same stretch as moments of `WEEK`; written by save().
    week_from = models.DateTimeField(editable=False)
    week_until = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duty roster")
        ordering = ["weekday", "starts", "second"]
        indexes = [models.Index(fields=["user", "week_from"], name="duty_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")) | Q(ends=time(0)),
                name="duty_end_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(week_until__gt=F("week_from"), week_until__lte=F("week_from") + DAY),
                name="duty_within_a_day",
                violation_error_message=_("The end must be after the start."),
            ),
            NoOverlap(
                name="duty_once_at_a_time",
                key="user",
                start="week_from",
                end="week_until",
                longest=DAY,
                violation_error_message=_("This person is on duty then already, first or second in line."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {wording.hours(self.starts, self.ends)}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the stretch as moments of one week, too."""
        self._place()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Work out what the rules of the table are about."""
        self._place()

    def _place(self) -> None:
        typed: tuple[Any, ...] = (self.weekday, self.starts, self.ends)
        if None in typed:  # a form in the admin says what is missing
            return
        midnight = WEEK + self.weekday * DAY
        self.week_from, self.week_until = (midnight + _since_midnight(at) for at in (self.starts, self.ends))
        if self.ends == time(0):
            self.week_until = midnight + DAY


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
