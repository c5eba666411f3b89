"""Screenings, their outcomes and findings, and who read the brief."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.constraints import AppendOnly
from clinic.crypto import EncryptedJSONField, EncryptedTextField
from clinic.models import Patient
from clinic.models.fields import TimeZoneField, UidField

ADULT = 18


class Level(models.TextChoices):
    """Where a patient should go next, the gravest first (clinical.md section 1)."""

    EMERGENCY = "emergency", _("Emergency")
    URGENT = "urgent", _("Urgent")
    REFER = "refer", _("Refer")
    UNSURE = "unsure", _("Unsure")
    MECHANICAL = "mechanical", _("Mechanical")


class BookingGate(models.TextChoices):
    """What may be booked, the strictest first."""

    NOT_OFFERED = "not_offered", _("not offered")
    AFTER_MEDICAL_REVIEW = "after_medical_review", _("after a medical review")
    HELD = "held", _("held until a PT has called")
    CONSULT_FLAGGED = "consult_flagged", _("an exam in person, flagged")
    OPEN = "open", _("open")


class CallDue(models.TextChoices):
    """By when a person calls, the soonest first; counted in opening hours."""

    MINUTES_15 = "15_min", _("within 15 minutes")
    OPENING_HOURS_2 = "2_opening_hours", _("within 2 opening hours")
    SAME_WORKING_DAY = "same_working_day", _("the same working day")
    WORKING_DAY_1 = "1_working_day", _("within 1 working day")
    WORKING_DAYS_2 = "2_working_days", _("within 2 working days")
    NONE = "none", _("no call needed")


class ScreeningQuerySet(models.QuerySet["Screening"]):
    """Questions about sets of screenings."""

    def finished(self) -> "ScreeningQuerySet":
        """Return the screenings that have an outcome."""
        return self.filter(state=Screening.State.FINISHED)

    def unread(self) -> "ScreeningQuerySet":
        """Return finished screenings that no PT has marked as read."""
        return self.finished().filter(reads__isnull=True)


class Screening(models.Model):
    """One filled-in questionnaire of one patient. `intake.workflow` is its only writer."""

    class State(models.TextChoices):
        STARTED = "started", _("started")
        FINISHED = "finished", _("finished")

    class Respondent(models.TextChoices):
        SELF = "self", _("I answer for myself")
        GUARDIAN = "guardian", _("I am a parent or guardian")
        HELPER = "helper", _("I help somebody who tells me the answers")
        STAFF = "staff", _("read out to staff")

    uid = UidField()
    submission = models.UUIDField(_("submission"), unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="screenings")
    # Set by a merge: the record it was filled in for, and since when it counts with those of the other.
    made_for = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    joined_at = models.DateTimeField(_("here since"), null=True, blank=True)
    questionnaire = models.CharField(_("questionnaire"), max_length=60)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.STARTED)
    respondent = models.CharField(_("answered by"), max_length=8, choices=Respondent, default=Respondent.SELF)
    respondent_name = models.CharField(_("name of who answered"), max_length=160, blank=True)
    # Who at the clinic typed what was read out to them on the phone; `respondent` is who gave the answers.
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("typed by"),
    )
    language = models.CharField(_("language"), max_length=12, default="en")
    city = models.CharField(_("town now"), max_length=80, blank=True)
    place_state = models.CharField(_("state now"), max_length=2, blank=True)
    time_zone = TimeZoneField(verbose_name=_("time zone"), blank=True)
    # What page P0 was given, as typed: a patient found in our records keeps the data we have, and never sees it here.
    contact = EncryptedJSONField(_("contact as typed"), default=dict, blank=True)
    answers = EncryptedJSONField(_("answers"), default=dict, blank=True)
    pages_done = models.JSONField(_("pages answered"), default=list, blank=True)
    revision = models.PositiveIntegerField(_("times saved"), default=0)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    started_at = models.DateTimeField(_("started"))
    saved_at = models.DateTimeField(_("last saved"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    # Set when only the safety pages are asked again: when the other answers, carried over, were given.
    carried_from = models.DateTimeField(_("other answers are of"), null=True, blank=True)

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("screening")
        permissions = [
            ("read_briefs", _("may read briefs with answers")),
            ("type_answers", _("may type answers that are read out, without reading any")),
        ]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["patient", "-finished_at"], name="screening_patient_newest"),
            models.Index(fields=["started_at"], name="screening_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="started", finished_at__isnull=True) | Q(state="finished", finished_at__isnull=False),
                name="screening_finished_has_time",
            ),
            models.CheckConstraint(
                condition=Q(made_for__isnull=True, joined_at__isnull=True)
                | Q(made_for__isnull=False, joined_at__isnull=False),
                name="screening_joined_from_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {wording.dated(timezone.localdate(self.started_at))}"

    @property
    def phone(self) -> str:
        """Return the number to call about this check: the one typed with it, else the patient's."""
        return str(self.contact.get("phone") or self.patient.phone)

    @property
    def origin(self) -> int:
        """Return the key of the patient for whom this was filled in, before any merge."""
        return self.made_for_id or self.patient_id

    @property
    def shows_private(self) -> bool:
        """Say whether private answers may be shown again: to an adult who answers alone, and to nobody else.

        A minor's are kept off every page, letter and copy that a guardian may see (clinical.md 10). What was said on
        the phone is not shown again either: nobody knows who heard it.
        """
        alone = self.respondent == self.Respondent.SELF and self.typed_by_id is None
        return alone and (self.answers.get("age_years") or 0) >= ADULT

    @property
    def outcome(self) -> "Outcome | None":
        """Return the outcome that counts now, if there is one."""
        return self.outcomes.filter(current=True).first()


class Outcome(models.Model):
    """What the rules made of a screening, with their versions; never rewritten, only followed by a newer one."""

    uid = UidField()
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="outcomes")
    current = models.BooleanField(_("counts now"), default=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    # The level staff go by: never below unsure once an emergency was shown, until a PT has called.
    staff_level = models.CharField(_("level for staff"), max_length=10, choices=Level)
    klass = models.CharField(_("class"), max_length=12)
    booking = models.CharField(_("booking"), max_length=20, choices=BookingGate)
    call_due = models.CharField(_("call due"), max_length=20, choices=CallDue, default=CallDue.NONE)
    call_due_at = models.DateTimeField(_("call due at"), null=True, blank=True)
    first_contact = models.CharField(_("first contact"), max_length=14, blank=True)
    ruleset = models.CharField(_("version of the rules"), max_length=40)
    questionnaire = models.CharField(_("version of the questionnaire"), max_length=60)
    missing = EncryptedJSONField(_("not answered"), default=list, blank=True)
    not_sure = EncryptedJSONField(_("not sure"), default=list, blank=True)
    visit_within = models.CharField(_("visit within"), max_length=20, blank=True)
    factors = EncryptedJSONField(_("factors"), default=list, blank=True)
    # As intake.screening.flags sorts them: each safety question once.
    flags = EncryptedJSONField(_("red flags"), default=dict, blank=True)
    contradictions = EncryptedJSONField(_("contradictions"), default=list, blank=True)
    # The single answers that would have raised or lowered the level, as intake.screening.what_if lists them.
    changes = EncryptedJSONField(_("what would change the level"), default=dict, blank=True)
    answers = EncryptedJSONField(_("answers it rests on"), default=dict, blank=True)
    # Set when staff decided the level after a call; anybody may raise it, only a PT may lower it.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A PT has spoken to the patient: that makes the check fresh, and counts as read. What the desk raises does neither.
    by_pt = models.BooleanField(_("decided by a PT"), default=False)
    reason = EncryptedTextField(_("reason of the decision"), blank=True, default="")
    # Empty for the two-page safety check: it opens only services that ask for no more (intake.gate).
    full_at = models.DateTimeField(_("whole check answered"), null=True, blank=True)
    # Made of a check that was left in the middle: later pages were not asked, and it may still be gone on with.
    left = models.BooleanField(_("left in the middle"), default=False)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("outcome")
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_at"], name="outcome_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["screening"],
                condition=Q(current=True),
                name="outcome_one_current",
                violation_error_message=_("A screening has one outcome that counts."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}, {wording.dated(timezone.localdate(self.created_at))}"


class Finding(models.Model):
    """A rule that fired, with exactly the answers that fired it."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(_("rule"), max_length=8)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    klass = models.CharField(_("class"), max_length=12)
    strength = models.CharField(_("strength"), max_length=4)
    points_to = models.CharField(_("points to"), max_length=200)
    # The rule in plain words as it stood then: a later edit of the rule does not change what was found.
    plain = models.TextField(_("in plain words"), blank=True, default="")
    answers = EncryptedJSONField(_("answers that fired it"), default=dict)

    class Meta:
        verbose_name = _("finding")
        ordering = ["id"]
        indexes = [models.Index(fields=["rule"], name="finding_rule")]
        constraints = [models.UniqueConstraint(fields=["outcome", "rule"], name="finding_once_per_outcome")]

    def __str__(self) -> str:
        return self.rule


class BriefRead(models.Model):
    """A PT has read the brief of an outcome."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="+")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="reads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("brief read")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["outcome", "by"], name="brief_read_once_per_person")]

    def __str__(self) -> str:
        return f"{self.by}, {wording.stamped(timezone.localtime(self.at))}"


class Clearance(models.Model):
    """Somebody who may say so has looked at the patient and cleared what was held back. Kept for good.

    `outcome` is the one that the clearance made; what it cleared is the outcome before it.
    """

    uid = UidField()
    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="clearance")
    cleared_by = models.CharField(_("cleared by"), max_length=160, help_text=_("Name and role, as on the letter."))
    cleared_on = models.DateField(_("cleared on"))
    letter = EncryptedTextField(_("what the letter says"), help_text=_("And where it is kept."))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("clearance")
        ordering = ["-id"]
        constraints = [
            AppendOnly(
                name="clearance_never_changed", violation_error_message=_("A clearance is kept as it was recorded.")
            )
        ]

    def __str__(self) -> str:
        return f"{self.cleared_by}, {wording.dated(self.cleared_on)}"
