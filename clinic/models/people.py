"""Who works here: logins, practitioners and their licences."""

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.marks import MarksSetUp
from clinic.models.fields import UidField

# Stands in addresses where else a practitioner's slug does.
ANYBODY = "anybody"


class User(AbstractUser):
    """A staff login: desk, PT or manager, by group. Patients have none."""

    uid = UidField()
    phone = models.CharField(_("phone for alerts"), max_length=20, blank=True)

    @property
    def display_name(self) -> str:
        """Return the full name, or the login where none is set."""
        return self.get_full_name() or self.get_username()


class Practitioner(models.Model):
    """A person who sees patients."""

    uid = UidField()
    user = models.OneToOneField(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="practitioner", verbose_name=_("login")
    )
    given_name = models.CharField(_("given name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    credentials = models.CharField(_("credentials"), max_length=40, blank=True, help_text=_("For example DPT."))
    slug = models.SlugField(unique=True)
    focus = models.CharField(_("focus, a few words"), max_length=120, blank=True)
    bio = models.TextField(_("about"), blank=True)
    languages = models.CharField(_("languages spoken"), max_length=120, blank=True)
    day_starts = models.ForeignKey(
        "clinic.TravelZone",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("starts the day in"),
        help_text=_("For the road to the first home visit. Empty: at the location of the working hours."),
    )
    day_ends = models.ForeignKey(
        "clinic.TravelZone",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ends the day in"),
        help_text=_("For the road from the last home visit. Empty: at the location of the working hours."),
    )
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    # Of the address of the calendar feed; raising it makes the old address empty.
    link_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("practitioner")
        ordering = ["position", "family_name"]
        constraints = [
            MarksSetUp(name="practitioner_marks_set_up"),
            models.CheckConstraint(
                condition=~Q(slug=ANYBODY),
                name="practitioner_slug_is_a_name",
                violation_error_message=_("This slug stands for no one person in our addresses: pick another."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        """Return the letters shown where there is no photograph."""
        return f"{self.given_name[:1]}{self.family_name[:1]}".upper()


class Licence(models.Model):
    """The right to practise in a state: its own licence or the compact privilege."""

    class Kind(models.TextChoices):
        LICENCE = "licence", _("license")
        COMPACT = "compact", _("compact privilege")

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="licences")
    state = models.CharField(_("state"), max_length=2, help_text=_("Two letters: AK."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LICENCE)
    number = models.CharField(_("number"), max_length=40, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("license")
        constraints = [
            MarksSetUp(name="licence_marks_set_up"),
            models.UniqueConstraint(
                fields=["practitioner", "state", "kind"],
                name="licence_once_per_state",
                violation_error_message=_("This license is already listed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.get_kind_display()}"

    @staticmethod
    def valid_on(day: date) -> Q:
        """Return the condition for licences that are valid on a date."""
        return Q(expires_on__isnull=True) | Q(expires_on__gte=day)
