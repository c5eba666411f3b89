"""Patients and what they agreed to."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.crypto import EncryptedTextField
from clinic.models.fields import TimeZoneField, UidField
from clinic.models.patient_words import words_for, write_words

# What a patient is found by: when one of these is saved, so are the words.
_FOUND_BY = frozenset({"given_name", "family_name", "preferred_name", "phone", "email"})


class PatientQuerySet(models.QuerySet["Patient"]):
    """Questions about sets of patients."""

    def current(self) -> "PatientQuerySet":
        """Leave out rows that were merged into another."""
        return self.filter(merged_into__isnull=True)


class Patient(models.Model):
    """A person who asked for help. No account: signed links are the key."""

    class Way(models.TextChoices):
        """How somebody would rather be written to; the other way is taken where that one is not open."""

        EMAIL = "email", _("by e-mail only")
        SMS = "sms", _("by text only")

    class NoContact(models.TextChoices):
        """Why nobody may write to somebody or call them. A list, because words of one's own could say too much."""

        ASKED = "asked", _("they asked us not to")
        WRONG = "wrong", _("somebody else answers there")
        DIED = "died", _("they have died")
        LEGAL = "legal", _("a court or a lawyer says so")

    uid = UidField()
    given_name = models.CharField(_("given name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    preferred_name = models.CharField(_("preferred name"), max_length=80, blank=True)
    birth_date = models.DateField(_("date of birth"))
    phone = models.CharField(_("phone"), max_length=20, blank=True, help_text=_("E.164: +19075550118."))
    email = models.EmailField(_("e-mail"), blank=True)
    texts_ok = models.BooleanField(_("texts are fine"), default=False)
    language = models.CharField(_("language of letters"), max_length=12, default="en")
    spoken_language = models.CharField(_("spoken language"), max_length=60, blank=True)
    interpreter = models.BooleanField(_("interpreter needed"), default=False)
    time_zone = TimeZoneField(verbose_name=_("time zone"), blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=2, blank=True)
    guardian_name = models.CharField(_("guardian"), max_length=160, blank=True)
    guardian_relation = models.CharField(_("guardian's relation"), max_length=60, blank=True)
    access_needs = EncryptedTextField(_("access needs"), blank=True, default="")
    prefers = models.CharField(_("written to"), max_length=5, choices=Way, blank=True)
    # Whom to call in an emergency: somebody else's data, shown only where it is asked for.
    emergency_name = EncryptedTextField(_("emergency contact"), blank=True, default="")
    emergency_relation = EncryptedTextField(_("their relation"), blank=True, default="")
    emergency_phone = EncryptedTextField(_("their phone"), blank=True, default="")
    no_contact = models.CharField(_("do not contact"), max_length=5, choices=NoContact, blank=True)
    no_contact_since = models.DateTimeField(_("do not contact since"), null=True, blank=True, editable=False)
    sensitive = models.BooleanField(_("staff or VIP"), default=False, help_text=_("Opening the record asks why."))
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    link_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient")
        permissions = [("see_patients", _("may find and open patients at the desk"))]
        ordering = ["family_name", "given_name"]
        indexes = [
            models.Index(fields=["family_name", "given_name"], name="patient_name"),
            models.Index(fields=["birth_date"], name="patient_birth_date"),
            models.Index(fields=["phone"], name="patient_phone"),
            models.Index(fields=["email"], name="patient_email"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""),
                name="patient_reachable",
                violation_error_message=_("Give a phone number or an e-mail address."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="patient_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(no_contact="", no_contact_since__isnull=True)
                | (~Q(no_contact="") & Q(no_contact_since__isnull=False)),
                name="patient_no_contact_has_why",
                violation_error_message=_("Say why nobody may contact them."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save the row, and the words that the desk finds it by."""
        fields = None if update_fields is None else list(update_fields)
        if fields is not None and not _FOUND_BY & set(fields):
            super().save(*args, update_fields=fields, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, update_fields=fields, **kwargs)
            write_words([(self.pk, self.found_by)])

    @property
    def name(self) -> str:
        """Return given and family name, with the preferred name where it differs."""
        if self.preferred_name and self.preferred_name != self.given_name:
            return f"{self.given_name} “{self.preferred_name}” {self.family_name}"
        return f"{self.given_name} {self.family_name}"

    @property
    def called(self) -> str:
        """Return the name to greet with."""
        return self.preferred_name or self.given_name

    @property
    def found_by(self) -> set[str]:
        """Return the words that the desk finds this patient by."""
        names = (self.given_name, self.family_name, self.preferred_name)
        return words_for(names=names, phone=self.phone, email=self.email)


class Consent(models.Model):
    """What somebody agreed to: which text, in which version and language, when."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("be contacted about this")
        TEXTS = "texts", _("text messages")
        MARKETING = "marketing", _("news by e-mail")
        DISCLAIMER = "disclaimer", _("read the limits of the check")
        PRIVACY = "privacy", _("privacy notice")
        TREATMENT = "treatment", _("consent to treat")
        TELEHEALTH = "telehealth", _("visits by video")
        POLICY = "policy", _("cancellation policy")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="consents")
    subject_uid = models.UUIDField(_("given with"), db_index=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    text_version = models.CharField(_("version of the text"), max_length=20)
    language = models.CharField(_("language"), max_length=12)
    given_by = models.CharField(_("given by"), max_length=40, default="self")
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(fields=["subject_uid", "kind", "text_version"], name="consent_once_per_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text_version}"

    @property
    def may_be_withdrawn(self) -> bool:
        """Say whether it is leave to do something; what somebody has read, or a rule they accepted, stays."""
        return self.withdrawn_at is None and self.kind in {
            self.Kind.CONTACT,
            self.Kind.TEXTS,
            self.Kind.MARKETING,
            self.Kind.TREATMENT,
            self.Kind.TELEHEALTH,
        }
