"""What the list of briefs says of who answered."""

from django import template
from django.utils.translation import gettext_lazy as _

from intake.models import Screening

register = template.Library()

WHO = {
    Screening.Respondent.SELF: _("the patient"),
    Screening.Respondent.GUARDIAN: _("a parent or guardian"),
    Screening.Respondent.HELPER: _("a helper, as told"),
    Screening.Respondent.STAFF: _("the patient, read out to staff"),
}


@register.filter
def respondent(code: str) -> str:
    """Say for staff who answered; the model's own words are the patient's."""
    return str(WHO.get(Screening.Respondent(code), code)) if code in Screening.Respondent.values else code
