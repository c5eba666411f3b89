"""Page P0 of the check: why, who answers, who the patient is, how to reach them and where they are now."""

import json
from datetime import date
from typing import Any

from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinic import opening, sms
from clinic.forms import DateOfBirthField, EmailAddressField, LineField, NameField, PatientForm, PhoneField, not_ours
from clinic.models import Location
from clinic.states import STATES
from intake import questionnaire as questionnaires
from intake.models import Screening
from intake.workflow import Contact, age_on

# The version of the words that are agreed to (templates/intake/check/_limits_box.html); change it when they change.
DISCLAIMER_VERSION = "check-2"
ADULT = 18
ELSEWHERE = "other"
PICK_ONE = {"required": _("Pick one of the answers."), "invalid_choice": _("Pick one of the answers.")}


def live(*gates: tuple[str, ...]) -> str:
    """Write for `check.js` when a part is shown: each gate is a question and the answers that open it."""
    return json.dumps([{"all": False, "tests": [[name, "=", code] for code in codes]} for name, *codes in gates])


class BeginForm(PatientForm):
    """The start of a check; its `contact()` is what `workflow.start` needs."""

    alone_label = _("No adult can be with me now. I go on alone.")
    visit_reason = forms.ChoiceField(label=_("Why are you coming?"), widget=forms.RadioSelect, error_messages=PICK_ONE)
    answered_by = forms.ChoiceField(label=_("Who is answering?"), widget=forms.RadioSelect, error_messages=PICK_ONE)
    respondent_name = NameField(
        label=_("Your name"),
        required=False,
        max_length=120,
        help_text=_("If you answer for someone else: who are you?"),
    )
    relation = LineField(
        label=_("Who are you to the patient?"),
        required=False,
        max_length=60,
        help_text=_("For example mother, partner, coach."),
    )
    given_name = NameField(
        label=_("Given name"), autocomplete="given-name", error_messages={"required": _("Give the given name.")}
    )
    family_name = NameField(
        label=_("Family name"), autocomplete="family-name", error_messages={"required": _("Give the family name.")}
    )
    preferred_name = NameField(label=_("Name you like to be called"), required=False, autocomplete="nickname")
    birth_date = DateOfBirthField()
    # Without a number nobody can make the call within 15 minutes, or the one of the same day (clinical.md 10).
    phone = PhoneField(
        label=_("Phone number"),
        help_text=_("Yours, or of somebody near you."),
        error_messages={"required": _("Give a phone number, so that we can call you if your answers need it.")},
    )
    texts_ok = forms.BooleanField(label=_("You may also send texts to this number"), required=False)
    email = EmailAddressField(
        label=_("E-mail"), required=False, help_text=_("For the link back to your answers. No health words in it.")
    )
    city = LineField(
        label=_("Town"),
        max_length=80,
        error_messages={"required": _("Give the town.")},
    )
    state = forms.ChoiceField(
        label=_("State"), error_messages={"required": _("Pick the state."), "invalid_choice": _("Pick the state.")}
    )
    interpreter = forms.BooleanField(label=_("I need an interpreter. It is free."), required=False)
    spoken = LineField(label=_("Language you speak"), max_length=60, required=False)
    read_ok = forms.BooleanField(
        label=_("I have read this. You may contact me about my answers."),
        error_messages={"required": _("Read what this check can and can’t do, and tick the box.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sms.has_route():
            del self.fields["texts_ok"]
        page = questionnaires.current().pages[0]
        asked = {question.id: question for question in page.questions}
        language = get_language() or "en"
        for name in ("visit_reason", "answered_by"):
            self.fields[name].choices = [  # type: ignore[attr-defined]
                (option.code, option.text.text_for(language))
                for option in asked[name].options
                if option.code != Screening.Respondent.STAFF
            ]
        self.fields["state"].choices = _states()  # type: ignore[attr-defined]
        self.fields["city"].widget.attrs["autocomplete"] = "address-level2"
        self.fields["state"].widget.attrs["class"] = self.fields["spoken"].widget.attrs["class"] = "short"
        for name in ("texts_ok", "interpreter", "respondent_name", "relation", "spoken"):
            if name in self.fields:
                self.fields[name].mark_optional = False  # type: ignore[attr-defined]
        self.ask_for_adult = False

    def clean_phone(self) -> str:
        """Refuse our own number."""
        return not_ours(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        """Ask for the language, for who answers, and for an adult, but let nobody be stopped by the last."""
        data = super().clean() or {}
        if data.get("interpreter") and not data.get("spoken") and "spoken" not in self.errors:
            self.add_error("spoken", _("Write which language you speak."))
        other = data.get("answered_by") in {Screening.Respondent.GUARDIAN, Screening.Respondent.HELPER}
        if other and not data.get("respondent_name") and "respondent_name" not in self.errors:
            self.add_error("respondent_name", _("Give your own name too."))
        self._look_for_adult(data)
        return data

    def _look_for_adult(self, data: dict[str, Any]) -> None:
        born: date | None = data.get("birth_date")
        if born is None or data.get("answered_by") in {None, Screening.Respondent.GUARDIAN}:
            return
        self.ask_for_adult = age_on(born, opening.hours_for().local(self.now).date()) < ADULT
        if not self.ask_for_adult:
            return
        self.fields["alone"] = forms.BooleanField(label=self.alone_label, required=False)
        self.fields["alone"].mark_optional = False  # type: ignore[attr-defined]
        self.order_fields(["visit_reason", "answered_by", "respondent_name", "relation", "alone"])
        if not self["alone"].data:
            self.add_error("alone", _("The patient is under 18. Please read the note about a parent or guardian."))

    def contact(self) -> Contact:
        """Return the cleaned form for `workflow.start`."""
        data = self.cleaned_data
        self_answers = data["answered_by"] == Screening.Respondent.SELF
        return Contact(
            given_name=data["given_name"],
            family_name=data["family_name"],
            preferred_name=data["preferred_name"],
            birth_date=data["birth_date"],
            phone=data["phone"],
            email=data["email"],
            texts_ok=bool(data.get("texts_ok")),
            language=get_language() or "en",
            # Whoever writes a language without the tick wants an interpreter all the same.
            interpreter=bool(data["interpreter"] or data["spoken"]),
            spoken_language=data["spoken"],
            city=data["city"],
            state="" if data["state"] == ELSEWHERE else data["state"],
            respondent=data["answered_by"],
            respondent_name="" if self_answers else data["respondent_name"],
            respondent_relation="" if self_answers else data["relation"],
        )

    def layout(self) -> Layout:
        reach = [name for name in ("phone", "texts_ok", "email") if name in self.fields]
        someone_else = live(("answered_by", Screening.Respondent.GUARDIAN, Screening.Respondent.HELPER))
        return Layout(
            Div("visit_reason", css_class="two"),
            "answered_by",
            Div(Div("respondent_name", "relation", css_class="field-row"), data_when=someone_else),
            *([Field("alone", template="intake/check/_alone.html")] if self.ask_for_adult else []),
            Fieldset(
                _("Who needs help?"),
                Div("given_name", "family_name", css_class="field-row"),
                "preferred_name",
                "birth_date",
            ),
            Fieldset(
                _("How can we reach you?"),
                _hint(_("If your answers need it, a PT calls you. For that we need a phone number.")),
                *reach,
            ),
            Fieldset(
                _("Where is the patient right now?"),
                _hint(_("If we are worried, we need to know where to send help.")),
                Div("city", "state", css_class="field-row"),
            ),
            Fieldset(
                _("Do you need an interpreter?"), "interpreter", Div("spoken", data_when=live(("interpreter", "on")))
            ),
            HTML('{% include "intake/check/_promise.html" %}{% include "intake/check/_limits_box.html" %}'),
            "read_ok",
        )


def initial_for(screening: Screening) -> dict[str, Any]:
    """Return what page P0 was given, to be corrected: as it was typed, never what our records hold."""
    typed = screening.contact
    born = typed.get("birth_date")
    return {
        "submission": screening.submission,
        "visit_reason": screening.answers.get("visit_reason"),
        "answered_by": screening.respondent,
        "respondent_name": screening.respondent_name,
        "relation": typed.get("relation"),
        "birth_date": date.fromisoformat(born) if born else None,
        "city": screening.city,
        "state": screening.place_state or ELSEWHERE,
        "spoken": typed.get("spoken_language"),
        **{
            name: typed.get(name)
            for name in ("given_name", "family_name", "preferred_name", "phone", "email", "texts_ok", "interpreter")
        },
    }


def _hint(text: Any) -> HTML:
    return HTML(format_html('<p class="hint">{}</p>', text))


def _states() -> list[tuple[str, Any]]:
    """Return the states, the clinic's own first: most patients are there."""
    here = dict.fromkeys(Location.objects.filter(active=True).order_by("position").values_list("state", flat=True))
    first = [(code, STATES[code]) for code in here if code in STATES]
    rest = [(code, name) for code, name in STATES.items() if code not in here]
    return [("", _("Pick one")), *first, *rest, (ELSEWHERE, _("Outside the United States"))]
