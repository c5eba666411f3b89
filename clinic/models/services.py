"""What is offered: services, how each can be had, and the payers accepted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.marks import MarksSetUp
from clinic.models.fields import UidField
from clinic.models.people import Practitioner
from clinic.models.places import Room


class Mode(models.TextChoices):
    """Where a visit takes place."""

    IN_CLINIC = "in_clinic", _("At the clinic")
    MOBILE = "mobile", _("At your home")
    TELEHEALTH = "telehealth", _("By video")


class Service(models.Model):
    """Something that a patient can book or ask for."""

    class Category(models.TextChoices):
        PHYSICAL_THERAPY = "physical_therapy", _("Sports physical therapy")
        PERFORMANCE = "performance", _("Sports performance")
        MASSAGE = "massage", _("Sports massage")
        CONSULTATION = "consultation", _("Consultation")

    class Check(models.TextChoices):
        FULL = "full", _("full check before booking")
        SAFETY = "safety", _("two-page safety check before booking")
        LINK = "link", _("by link before the visit")

    uid = UidField()
    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("line"), max_length=20, choices=Category)
    description = models.TextField(_("description"), blank=True)
    check_needed = models.CharField(_("screening"), max_length=8, choices=Check, default=Check.FULL)
    check_valid_days = models.PositiveSmallIntegerField(_("screening valid for, days"), default=7)
    ask_later_weeks = models.PositiveSmallIntegerField(
        _("ask how it is, weeks after the last visit"),
        default=0,
        help_text=_("With the way to the questions, for who is not better by then. 0: never."),
    )
    grid_minutes = models.PositiveSmallIntegerField(_("start times every, minutes"), default=15)
    # The rule on late fees, as patients accept it when they book (booking.terms); no fees, no rule.
    late_hours = models.PositiveSmallIntegerField(
        _("late from, hours before"),
        default=0,
        help_text=_("From so many hours before the visit on, cancelling costs the late fee. 0 and no fees: no rule."),
    )
    late_fee = models.DecimalField(_("late fee"), max_digits=8, decimal_places=2, default=0)
    no_show_fee = models.DecimalField(_("fee for not coming"), max_digits=8, decimal_places=2, default=0)
    fee_note = models.CharField(
        _("more about fees"),
        max_length=240,
        blank=True,
        help_text=_("A sentence that patients read after the rule, such as: Call us if you are ill, we may waive it."),
    )
    online = models.BooleanField(_("can be booked online"), default=True)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("service")
        ordering = ["position", "name"]
        constraints = [
            MarksSetUp(name="service_marks_set_up"),
            models.CheckConstraint(
                condition=Q(grid_minutes__gte=5, grid_minutes__lte=240),
                name="service_grid_sane",
                violation_error_message=_("Start times must be 5 to 240 minutes apart."),
            ),
            models.CheckConstraint(
                condition=Q(check_valid_days__lte=366),
                name="service_check_valid_sane",
                violation_error_message=_("Answers of a screening stay valid for a year at most, 366 days."),
            ),
            models.CheckConstraint(
                condition=Q(ask_later_weeks__lte=52),
                name="service_ask_later_sane",
                violation_error_message=_("Ask how it is within a year, 52 weeks."),
            ),
            models.CheckConstraint(
                condition=Q(late_hours=0, late_fee=0) | Q(late_hours__gte=1, late_hours__lte=168, late_fee__gt=0),
                name="service_late_fee_has_hours",
                violation_error_message=_("A late fee needs its hours, 1 to 168, and the hours a fee."),
            ),
            models.CheckConstraint(
                condition=Q(no_show_fee__gte=0),
                name="service_no_show_fee_not_negative",
                violation_error_message=_("A fee cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceMode(models.Model):
    """A service in one mode: how long, how dear, how early, with whom."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="modes")
    mode = models.CharField(_("mode"), max_length=12, choices=Mode)
    duration_minutes = models.PositiveSmallIntegerField(_("length, minutes"))
    buffer_before_minutes = models.PositiveSmallIntegerField(_("kept free before, minutes"), default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(_("kept free after, minutes"), default=5)
    notice_minutes = models.PositiveIntegerField(_("book at least ahead, minutes"), default=120)
    horizon_days = models.PositiveSmallIntegerField(_("book at most ahead, days"), default=60)
    limit_a_day = models.PositiveSmallIntegerField(
        _("at most a day, for each practitioner"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    new_patients = models.BooleanField(
        _("new patients may book it"), default=True, help_text=_("Else only people who have been here.")
    )
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=2, default=0)
    room_kind = models.CharField(_("room needed"), max_length=12, choices=Room.Kind, blank=True)
    practitioners = models.ManyToManyField(Practitioner, related_name="service_modes", blank=True, through="GivenBy")
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("service by mode")
        verbose_name_plural = _("services by mode")
        ordering = ["service", "mode"]
        constraints = [
            MarksSetUp(name="service_mode_marks_set_up"),
            models.UniqueConstraint(
                fields=["service", "mode"],
                name="service_mode_once",
                violation_error_message=_("This service already has this mode."),
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=5, duration_minutes__lte=480),
                name="service_mode_duration_sane",
                violation_error_message=_("A visit lasts 5 minutes to 8 hours."),
            ),
            models.CheckConstraint(
                condition=Q(buffer_before_minutes__lte=120, buffer_after_minutes__lte=120),
                name="service_mode_buffers_sane",
                violation_error_message=_("At most 2 hours can be kept free before or after."),
            ),
            # Far more would be an end of the calendar, and no page of times could be shown.
            models.CheckConstraint(
                condition=Q(notice_minutes__lte=86_400),
                name="service_mode_notice_sane",
                violation_error_message=_("Book at least ahead: 60 days at most, which is 86,400 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__lte=732),
                name="service_mode_horizon_sane",
                violation_error_message=_("Book at most ahead: 2 years at most, which is 732 days."),
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0),
                name="service_mode_price_not_negative",
                violation_error_message=_("A price cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(limit_a_day__isnull=True) | Q(limit_a_day__gte=1, limit_a_day__lte=100),
                name="service_mode_limit_sane",
                violation_error_message=_("A limit is 1 to 100 visits a day. Leave it empty for no limit."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}, {self.get_mode_display()}"


class GivenBy(models.Model):
    """That a practitioner gives a service in a mode. A table of Django's own making could not declare its rule."""

    servicemode = models.ForeignKey(ServiceMode, on_delete=models.CASCADE, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("service given by")
        verbose_name_plural = _("services given by")
        db_table = "clinic_servicemode_practitioners"
        default_permissions = ()
        unique_together = [("servicemode", "practitioner")]
        constraints = [MarksSetUp(name="given_by_marks_set_up")]

    def __str__(self) -> str:
        return f"{self.servicemode}, {self.practitioner}"


class Payer(models.Model):
    """An insurance plan, or a way to pay, that the clinic accepts."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("insurance plan")
        SELF = "self", _("self-pay")
        MEDICARE = "medicare", _("Medicare")
        MEDICAID = "medicaid", _("Medicaid")
        WORK = "work", _("workers' compensation")
        AUTO = "auto", _("auto insurance")

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PLAN)
    active = models.BooleanField(_("accepted"), default=True)
    no_fees = models.BooleanField(
        _("forbids late fees"),
        default=False,
        help_text=_(
            "Its patients owe nothing for cancelling late or not coming. Medicaid and workers' compensation do."
        ),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("plan accepted")
        verbose_name_plural = _("plans accepted")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
