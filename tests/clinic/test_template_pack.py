"""The form template pack: every id that is pointed to exists, in every state a form can be in."""

import datetime as dt
from collections import Counter
from html.parser import HTMLParser

import pytest
from crispy_forms.layout import HTML, ButtonHolder, Column, Div, Field, Fieldset, Hidden, Layout, Row, Submit
from django import forms
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict

from clinic.forms import (
    DateOfBirthField,
    EmailAddressField,
    NameField,
    PatientForm,
    PhoneField,
    PlainTextField,
    TrioField,
)

NOW = dt.datetime(2026, 11, 23, 19, 0, tzinfo=dt.UTC)
WHEN = [("morning", "Morning, 8 am to noon"), ("any", "Any time you are open")]


class Everything(PatientForm):
    """One field of each shape, with and without a hint, required and optional."""

    name = NameField(label="Your name", help_text="As on your <b>card</b>")
    phone = PhoneField(label="Phone number", help_text="We call from 907-555-0142.")
    email = EmailAddressField(label="E-mail", required=False)
    about = PlainTextField(label="What is going on?", max_length=10)
    plan = forms.ChoiceField(label="Plan", choices=[("", "Pick one"), ("a", "Plan A")], help_text="On your card.")
    when = forms.MultipleChoiceField(
        label="When can we call?", choices=WHEN, widget=forms.CheckboxSelectMultiple, help_text="Pick all that work."
    )
    place = forms.ChoiceField(label="Where?", choices=WHEN, widget=forms.RadioSelect, required=False)
    birth_date = DateOfBirthField()
    chest = TrioField(label="Chest pain", help_text="Or pressure that comes with effort.")
    fever = TrioField(label="Fever")
    contact = forms.BooleanField(label="Yes, call me", help_text="About this only.")
    texts = forms.BooleanField(label="You may also text", required=False)


class LaidOut(Everything):
    """The same fields in a crispy layout that leaves some out."""

    def layout(self) -> Layout:
        return Layout(
            Row(Column(Field("name", css_class="short", inputmode="text", autocomplete="given-name")), Column("email")),
            Div("phone", css_class="pair", css_id="numbers"),
            HTML("<p>{{ is_bound }}</p>"),
            Fieldset("May we call you?", "contact", "texts"),
            "birth_date",
            Hidden("step", "2"),
            ButtonHolder(Submit("send", "Send")),
        )


GOOD = {
    "name": "Casey",
    "phone": "907-555-0118",
    "about": "knee",
    "plan": "a",
    "when": "any",
    "place": "any",
    "birth_date_month": "3",
    "birth_date_day": "14",
    "birth_date_year": "1984",
    "chest": "no",
    "fever": "not_sure",
    "contact": "on",
}
HOSTILE = '"><script>alert(1)</script>\0'
STATES: dict[str, MultiValueDict[str, str] | None] = {
    "fresh": None,
    "empty": MultiValueDict(),
    "good": MultiValueDict({key: [value] for key, value in GOOD.items()}),
    "hostile": MultiValueDict({key: [HOSTILE] for key in [*GOOD, "email", "texts", "submission"]}),
    "31 February": MultiValueDict({"birth_date_month": ["2"], "birth_date_day": ["31"], "birth_date_year": ["1984"]}),
}


class Page(HTMLParser):
    """What a test asks of a page: ids, what points to them, and what each control is called."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.pointers: list[str] = []
        self.links: list[str] = []
        self.controls: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()
        self.tags: Counter[str] = Counter()
        self.opened: list[str] = []
        self.legends: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags[tag] += 1
        self.attributes.update(found)
        if "id" in found:
            self.ids.append(found["id"] or "")
        for name in ("aria-describedby", "aria-labelledby", "for"):
            self.pointers.extend((found.get(name) or "").split())
        if (found.get("href") or "").startswith("#"):
            self.links.append((found["href"] or "")[1:])
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.controls.append(found)
        if tag == "fieldset":
            self.legends.append(False)
        if tag == "legend":
            self.legends[-1] = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset":
            assert self.legends.pop(), "a fieldset without a legend"


def draw(form: forms.Form) -> str:
    """Draw the form as our pages do: the summary, then the fields."""
    page = "{% load crispy_forms_tags stridewell_forms %}{% error_summary form %}{% crispy form %}"
    return Template(page).render(Context({"form": form}))


def make(kind: type[PatientForm], state: str, **kwargs: object) -> PatientForm:
    """Return a form of `kind` in one of the STATES."""
    form = kind(STATES[state], now=NOW, **kwargs)  # type: ignore[arg-type]
    form.is_valid()
    return form


@pytest.mark.parametrize("kind", [Everything, LaidOut])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("auto_id", ["id_%s", "other-%s"])
def test_every_id_pointed_to_exists_once(kind: type[PatientForm], state: str, auto_id: str) -> None:
    page = Page(draw(make(kind, state, auto_id=auto_id)))
    assert [target for target in page.pointers if target not in page.ids] == []
    assert [id_ for id_, count in Counter(page.ids).items() if count > 1] == []


@pytest.mark.parametrize("state", STATES)
def test_every_control_has_a_label(state: str) -> None:
    html = draw(make(Everything, state))
    page = Page(html)
    assert len(page.controls) == 20
    assert [control for control in page.controls if f'<label for="{control["id"]}">' not in html] == []


@pytest.mark.parametrize("kind", [Everything, LaidOut])
@pytest.mark.parametrize("state", ["empty", "hostile", "31 February"])
def test_every_line_of_the_summary_leads_to_a_control(kind: type[PatientForm], state: str) -> None:
    form = make(kind, state)
    page = Page(draw(form))
    controls = [control["id"] for control in page.controls]
    assert len(page.links) == sum(len(errors) for errors in form.errors.values())
    assert [link for link in page.links if link not in controls] == []


def test_summary_counts_and_is_announced() -> None:
    html = draw(make(Everything, "empty"))
    assert '<h2 id="error-summary-title">9 things to fix</h2>' in html
    assert 'role="alert" tabindex="-1"' in html


def test_summary_of_one_says_one() -> None:
    form = Everything(MultiValueDict({**STATES["good"], "fever": [""]}), now=NOW)  # type: ignore[dict-item]
    assert "One thing to fix" in draw(form)


def test_no_summary_without_errors() -> None:
    assert "error-summary" not in draw(make(Everything, "fresh"))
    assert "error-summary" not in draw(make(Everything, "good"))


def test_errors_of_the_whole_form_lead_to_the_field_they_are_about() -> None:
    class Contact(Everything):
        form_error_field = "email"

        def clean(self) -> None:
            self.add_error(None, "Give a phone number or an e-mail address.")

    html = draw(make(Contact, "good"))
    assert '<a href="#id_email">Give a phone number or an e-mail address.</a>' in html


def test_each_field_repeats_its_message() -> None:
    html = draw(make(Everything, "empty"))
    assert '<p class="error" id="id_phone_error"><span class="hidden">Error: </span>Give a phone number.</p>' in html
    assert (
        '<p class="error" id="id_fever_error"><span class="hidden">Error: </span>Pick an answer. “Not sure” is fine.</p>'
        in html
    )


def test_date_marks_the_boxes_to_mend() -> None:
    html = draw(make(Everything, "31 February"))
    assert [html.count(f'id="id_birth_date_{part}"') for part in ("month", "day", "year")] == [1, 1, 1]
    assert 'id="id_birth_date_day" value="31" inputmode="numeric" autocomplete="bday-day" aria-invalid="true"' in html
    assert 'id="id_birth_date_year" value="1984" inputmode="numeric" autocomplete="bday-year">' in html
    assert '<a href="#id_birth_date_day">' in html


def test_date_shows_an_initial_date_in_its_boxes() -> None:
    html = draw(Everything(now=NOW, initial={"birth_date": dt.date(1984, 3, 14)}))
    assert 'name="birth_date_month" id="id_birth_date_month" value="3"' in html
    assert 'name="birth_date_year" id="id_birth_date_year" value="1984"' in html


def test_what_was_typed_comes_back_escaped() -> None:
    html = draw(make(Everything, "hostile"))
    assert "<script" not in html
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_help_text_is_text() -> None:
    assert "As on your &lt;b&gt;card&lt;/b&gt;" in draw(make(Everything, "fresh"))


def test_optional_fields_are_marked_and_no_others() -> None:
    html = draw(make(Everything, "fresh"))
    assert "E-mail <small>(optional)</small>" in html
    assert "You may also text <small>(optional)</small>" in html
    assert html.count("(optional)") == 3


def test_layout_passes_attributes_and_keeps_every_field() -> None:
    html = draw(make(LaidOut, "fresh"))
    assert 'class="short"' in html
    assert 'autocomplete="given-name"' in html
    assert 'inputmode="text"' in html
    assert '<fieldset class="field group"> <legend>May we call you?</legend>' in " ".join(html.split())
    assert '<input type="hidden" name="step" value="2">' in html
    assert '<button type="submit" class="button go" name="send" value="Send">Send</button>' in html
    # Left out of the layout, and drawn all the same.
    assert 'name="chest"' in html
    assert html.count('name="submission"') == 1


@pytest.mark.parametrize("state", STATES)
def test_nothing_the_content_policy_forbids(state: str) -> None:
    page = Page(draw(make(LaidOut, state)))
    assert page.attributes.isdisjoint({"style", "onclick", "onchange"})
    assert page.tags["script"] == page.tags["style"] == 0


def test_crispy_form_tag_and_filter_work_too() -> None:
    form = make(Everything, "fresh")
    form.helper.form_tag = True
    form.helper.disable_csrf = False
    html = Template("{% load crispy_forms_tags %}{% crispy form %}").render(
        Context({"form": form, "csrf_token": "abc"})
    )
    assert html.startswith('<form  method="post" novalidate>')
    assert 'name="csrfmiddlewaretoken" value="abc"' in html
    filtered = Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": form}))
    assert filtered.count('<fieldset class="answer') == 2
    single = Template("{% load crispy_forms_tags %}{{ form.phone|as_crispy_field }}").render(Context({"form": form}))
    assert 'id="id_phone_helptext"' in single


def test_formsets_are_drawn_with_their_management_form() -> None:
    formset = forms.formset_factory(Everything, extra=2)()
    html = Template("{% load crispy_forms_tags %}{% crispy formset %}").render(Context({"formset": formset}))
    page = Page(html)
    assert 'name="form-TOTAL_FORMS" value="2"' in html
    assert [id_ for id_, count in Counter(page.ids).items() if count > 1] == []
    assert [target for target in page.pointers if target not in page.ids] == []
