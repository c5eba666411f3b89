"""The clinic itself: one row with what a manager may change."""

from datetime import time

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinic.marks import MarksSetUp
from clinic.models.fields import TimeZoneField
from clinic.set_up import kept

COLOUR = RegexValidator(r"^#[0-9A-Fa-f]{6}$", _("Write a colour as # and six hexadecimal digits."))
NUMBER = RegexValidator(r"^\+?[0-9][0-9 ()-]{1,18}$", _("Write a telephone number."))


def english_only() -> list[str]:
    """Return the languages of a new clinic."""
    return ["en"]


class Clinic(models.Model):
    """The one clinic of this installation."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40)
    strapline = models.CharField(_("strapline"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=20, help_text=_("With country code: +19075550142."))
    email = models.EmailField(_("e-mail"))
    emergency_number = models.CharField(_("emergency number"), max_length=20, default="911", validators=[NUMBER])
    crisis_number = models.CharField(_("crisis line"), max_length=20, default="988", validators=[NUMBER])
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    time_zone = TimeZoneField(verbose_name=_("time zone"), default="America/Anchorage")
    languages = models.JSONField(_("languages"), default=english_only)
    notice = models.CharField(_("news"), max_length=240, blank=True, help_text=_("Shown above each public page."))
    notice_until = models.DateField(_("news until"), null=True, blank=True)
    brand_colour = models.CharField(_("brand colour"), max_length=7, default="#0F5B4B", validators=[COLOUR])
    accent_colour = models.CharField(_("accent colour"), max_length=7, default="#B93A0B", validators=[COLOUR])
    # Promises on the public forms, in minutes of opening time (450 make a working day at the demo clinic).
    discovery_due_minutes = models.PositiveIntegerField(_("call back within, open minutes"), default=120)
    question_due_minutes = models.PositiveIntegerField(_("answer a question within, open minutes"), default=900)
    cost_due_minutes = models.PositiveIntegerField(_("answer about cost within, open minutes"), default=450)
    team_due_minutes = models.PositiveIntegerField(_("answer a team within, open minutes"), default=900)
    # Calls after a screening (clinical.md section 1), in minutes of opening time.
    emergency_call_minutes = models.PositiveIntegerField(_("emergency: call within, open minutes"), default=15)
    urgent_call_minutes = models.PositiveIntegerField(_("urgent: call within, open minutes"), default=120)
    page_second_minutes = models.PositiveSmallIntegerField(
        _("alert the second in line after, minutes"),
        default=10,
        help_text=_("If nobody has taken the call by then. After as long again, all managers are alerted."),
    )
    # Reminders of visits: so many hours before, 0 for none (booking.reminder_times).
    remind_early_hours = models.PositiveSmallIntegerField(_("first reminder, hours before"), default=72)
    remind_day_hours = models.PositiveSmallIntegerField(_("second reminder, hours before"), default=24)
    remind_soon_hours = models.PositiveSmallIntegerField(_("reminder of a visit by video, hours before"), default=2)
    # Messages that follow a visit or a check (booking.follow_ups): so many hours, 0 for none.
    ask_again_hours = models.PositiveSmallIntegerField(
        _("ask the questions again, hours before"),
        default=48,
        help_text=_("When the answers will be too old on the day of the visit, as the service has it."),
    )
    thank_hours = models.PositiveSmallIntegerField(_("thank for a visit, hours after its end"), default=24)
    unfinished_hours = models.PositiveSmallIntegerField(
        _("ask to finish the questions, hours after they were left"), default=20
    )
    night_from = models.TimeField(_("remind nobody from"), default=time(21))
    night_until = models.TimeField(
        _("until"), default=time(8), help_text=_("By the patient's clock. The same time twice: there is no such time.")
    )
    sending_on_hold = models.BooleanField(
        _("hold all sending"),
        default=False,
        help_text=_("Nothing leaves but alerts to staff. What is due leaves once this is off, if it is not too late."),
    )
    # What a manager ticked on the list before going live (clinic.setting_up), and since when the list is done.
    first_run = models.JSONField(default=dict, blank=True, editable=False)
    live_since = models.DateTimeField(null=True, blank=True, editable=False)
    hold_minutes = models.PositiveSmallIntegerField(_("keep a picked time for, minutes"), default=10)
    # One check lets somebody book for a week: without an end, one person could take a whole week of times.
    most_online_visits = models.PositiveSmallIntegerField(_("visits to come that one patient books online"), default=3)
    road_minutes = models.PositiveSmallIntegerField(
        _("road to or from a home visit, minutes"),
        default=45,
        help_text=_("Where no minutes between the two zones are typed in, or a zone is not known."),
    )

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinic")
        constraints = [
            MarksSetUp(name="clinic_marks_set_up"),
            models.CheckConstraint(
                condition=Q(id=1), name="clinic_is_one", violation_error_message=_("There is one clinic only.")
            ),
            models.CheckConstraint(
                condition=~Q(emergency_number=""),
                name="clinic_emergency_number_set",
                violation_error_message=_("The emergency number may not be empty."),
            ),
            models.CheckConstraint(
                condition=Q(hold_minutes__gte=2, hold_minutes__lte=60),
                name="clinic_hold_minutes_sane",
                violation_error_message=_("Keep a picked time for 2 to 60 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(page_second_minutes__gte=1, page_second_minutes__lte=60),
                name="clinic_page_second_minutes_sane",
                violation_error_message=_("Alert the second in line after 1 to 60 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(most_online_visits__gte=1, most_online_visits__lte=20),
                name="clinic_most_online_visits_sane",
                violation_error_message=_("Let one patient book 1 to 20 visits online."),
            ),
            models.CheckConstraint(
                condition=Q(remind_early_hours__lte=336, remind_day_hours__lte=336, remind_soon_hours__lte=24),
                name="clinic_reminders_sane",
                violation_error_message=_("Remind at most 14 days before, and of a visit by video at most a day."),
            ),
            models.CheckConstraint(
                condition=Q(ask_again_hours__lte=168, thank_hours__lte=168, unfinished_hours__lte=48),
                name="clinic_follow_ups_sane",
                violation_error_message=_(
                    "Follow a visit within a week, and questions that were left within 48 hours."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    discovery_due_minutes__lte=14_400,
                    question_due_minutes__lte=14_400,
                    cost_due_minutes__lte=14_400,
                    team_due_minutes__lte=14_400,
                    emergency_call_minutes__lte=14_400,
                    urgent_call_minutes__lte=14_400,
                ),
                name="clinic_due_minutes_sane",
                violation_error_message=_("Call and answer within 14,400 open minutes at most, which is 240 hours."),
            ),
            models.CheckConstraint(
                condition=Q(road_minutes__gte=0, road_minutes__lte=240),
                name="clinic_road_minutes_sane",
                violation_error_message=_("A road takes 0 to 240 minutes."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a clinic without a language."""
        if not isinstance(self.languages, list) or not all(isinstance(code, str) for code in self.languages):
            raise ValidationError({"languages": _("Write a list of language codes.")})

    @classmethod
    def get(cls) -> "Clinic":
        """Return the clinic; raise `Clinic.DoesNotExist` before the first set-up."""
        for clinic in _rows():
            return clinic
        raise cls.DoesNotExist


@kept
def _rows() -> QuerySet[Clinic]:
    return Clinic.objects.filter(pk=1)
