"""Page P0 as somebody at the clinic fills it in for a caller, and a page of questions that shows nothing given before."""

from typing import Any

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinic.models import Patient
from intake import chart
from intake import questionnaire as questionnaires
from intake.forms.check_begin import BeginForm, live
from intake.forms.check_page import PageForm
from intake.models import Screening
from intake.questionnaire import Page
from intake.workflow import Contact

# The words that are read out (templates/desk/phone_begin.html); change it when they change.
READ_OUT_VERSION = "check-phone-1"
WHO_SPEAKS = [
    (Screening.Respondent.SELF, _("The patient")),
    (Screening.Respondent.GUARDIAN, _("A parent or guardian, with the patient")),
    (Screening.Respondent.HELPER, _("Somebody who helps the patient")),
]
# Of a patient we know these are not asked.
KNOWN = ("given_name", "family_name", "preferred_name", "birth_date")


class PhoneBeginForm(BeginForm):
    """The start of a check on the phone. Of a patient we know, name and date of birth come from our records."""

    alone_label = _("No adult can be with them now. They go on alone.")

    def __init__(self, *args: Any, patient: Patient | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        labels = {
            "visit_reason": _("Why are they coming?"),
            "answered_by": _("Who is on the phone and answers?"),
            "respondent_name": _("Their name"),
            "relation": _("Who are they to the patient?"),
            "texts_ok": _("They agree to texts to this number"),
            "interpreter": _("They need an interpreter. It is free."),
            "spoken": _("Language they speak"),
            "read_ok": _("I have read this out, and they agree that we contact them about the answers."),
        }
        for name, label in labels.items():
            if name in self.fields:
                self.fields[name].label = label
        self.fields["answered_by"].choices = WHO_SPEAKS  # type: ignore[attr-defined]
        self.fields["respondent_name"].help_text = _("If it is not the patient.")
        self.fields["phone"].help_text = _("The number to call back, now.")
        self.fields["read_ok"].error_messages["required"] = _("Read the note out, ask if they agree, and tick the box.")
        if patient is not None:
            for name in KNOWN:
                del self.fields[name]

    def _look_for_adult(self, data: dict[str, Any]) -> None:
        born = {"birth_date": self.patient.birth_date} if self.patient else {}
        super()._look_for_adult({**data, **born})

    def contact(self) -> Contact:
        """Return the cleaned form for `workflow.start`."""
        if self.patient:
            self.cleaned_data |= {name: getattr(self.patient, name) for name in KNOWN}
        return super().contact()

    def layout(self) -> Layout:
        someone_else = live(("answered_by", Screening.Respondent.GUARDIAN, Screening.Respondent.HELPER))
        who = (
            ()
            if self.patient
            else (Div("given_name", "family_name", css_class="field-row"), "preferred_name", "birth_date")
        )
        reach = [name for name in ("phone", "texts_ok", "email") if name in self.fields]
        return Layout(
            Div("visit_reason", css_class="two"),
            "answered_by",
            Div(Div("respondent_name", "relation", css_class="field-row"), data_when=someone_else),
            *([Field("alone", template="desk/_phone_alone.html")] if self.ask_for_adult else []),
            *([Fieldset(_("Who is the patient?"), *who)] if who else []),
            Fieldset(_("How can we reach them?"), *reach),
            Fieldset(_("Where is the patient right now?"), Div("city", "state", css_class="field-row")),
            Fieldset(
                _("Do they need an interpreter?"), "interpreter", Div("spoken", data_when=live(("interpreter", "on")))
            ),
            "read_ok",
        )


def blank_page(request: HttpRequest, screening: Screening, asked: Page) -> PageForm:
    """Return the form of a page for whoever types what is read out: never with what was saved, only what was just sent.

    It is judged as on the web, by the questionnaire; a page that is asked again is answered anew as a whole.
    """
    here = {question.id for question in asked.questions}
    here |= {chart.SPOTS, chart.SIDE} if chart.AREAS in here else set()
    return PageForm(
        questionnaires.get(screening.questionnaire),
        asked,
        {key: value for key, value in screening.answers.items() if key not in here},
        data=request.POST if request.method == "POST" else None,
        language=get_language() or "en",
        about_child=screening.respondent == Screening.Respondent.GUARDIAN,
    )
