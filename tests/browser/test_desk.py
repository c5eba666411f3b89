"""The desk and the PT in a real browser: at phone and desk width, light and dark, axe clean, nothing on the console."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from booking import diary
from booking.models import Appointment, OwnCalendar, TimeOff
from clinic.models import Call, Export, User
from intake import questionnaire, screening
from intake.models import BriefRead, Finding
from tests.booking.house import House, local, make_house
from tests.factories import (
    NOW,
    make_call,
    make_duty,
    make_message,
    make_outcome,
    make_patient,
    make_request,
    make_screening,
    make_user,
)
from tests.intake.answering import all_clear

pytestmark = pytest.mark.django_db(transaction=True)

PARTS = 4  # of the pages, so that one worker does not have them all
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


class Day:
    """A Wednesday at a quarter past nine with somebody in every state."""

    def __init__(self, monkeypatch) -> None:
        now = local("09:20")
        monkeypatch.setattr(timezone, "now", lambda: now)
        self.now = now
        self.house: House = make_house(rooms=3)
        self.jo: User = make_user(first_name="Jo", last_name="Bennett", groups=["desk"])
        self.dana: User = make_user(first_name="Dana", last_name="Reyes", groups=["pt"])
        self.hana: User = make_user(first_name="Hana", last_name="Lindqvist", groups=["manager"])
        self.house.dana.user = self.dana
        self.house.dana.save()
        make_duty(user=self.dana, weekday=2)
        self.seen = self.visit("08:00", "June", "Parrish", level="mechanical")
        diary.seen(appointment=self.seen, by=self.jo, now=now)
        self.here = self.visit("09:00", "Mai", "Vang", level="refer")
        diary.arrive(appointment=self.here, by=self.jo, now=now)
        self.soon = self.visit("10:00", "Walt", "Sorensen")
        self.held = self.visit("11:00", "Nadia", "Kessler", level="unsure")
        self.gone = self.visit("08:00", "Colin", "Baptiste", who=self.house.jun, level="mechanical")
        diary.no_show(appointment=self.gone, by=self.jo, now=now)
        self.home = self.visit(
            "10:00",
            "Agnes",
            LONG,
            who=self.house.jun,
            mode="mobile",
            level="mechanical",
            address="7310 Boundary Avenue",
        )
        diary.book(
            **self.house.booking(
                "10:15",
                patient=make_patient(given_name="Twin"),
                practitioner=self.house.jun,
                by=self.jo,
                overlap_reason="Twins",
            ),
            now=NOW,
        )
        TimeOff.objects.create(
            practitioner=self.house.jun, starts_at=local("11:30"), ends_at=local("12:00"), reason="Course"
        )
        self.question = make_request(text=f"May I run on a sore heel? {LONG}")
        self.call = make_call(subject_uid=self.question.uid, for_pt=True, due_at=now - timedelta(minutes=52))
        row = make_request(kind="discovery", name="Casey Tran", details={"how_long": "w2_6"})
        self.asked = make_call(
            reason="discovery", subject_uid=row.uid, name="Casey Tran", due_at=now + timedelta(minutes=8)
        )
        make_call(reason="other", name=LONG, phone="", due_at=now + timedelta(days=3))
        done = make_call(reason="cost", name="Lena Fisk")
        Call.objects.filter(pk=done.pk).update(state="done", outcome="reached", closed_by=self.jo, closed_at=now)
        make_message(
            patient=self.here.patient,
            state="sent",
            sent_at=now,
            title="Your visit",
            text="Hi",
            html='<p style="margin:0">Hi Mai</p>',
        )
        days = {"first_day": NOW.date(), "last_day": NOW.date()}
        self.list = Export.objects.create(kind="visits", asked_by=self.hana, asked_at=now, total=2000, done=500, **days)
        OwnCalendar.objects.create(
            practitioner=self.house.dana,
            address=f"https://{'very-long-' * 5}calendar.example/{LONG.encode().hex()}",
            next_at=now,
            trouble="no_calendar",
            failing_since=now,
            unread=3,
        )
        self.vip = make_patient(given_name="Vera", family_name="Vip", sensitive=True)

    def visit(self, wall: str, given: str, family: str, *, who=None, level: str = "", **values) -> Appointment:
        patient = make_patient(
            given_name=given,
            family_name=family,
            interpreter=given == "Mai",
            spoken_language="Spanish" if given == "Mai" else "",
        )
        # What a screening finds after the booking does not undo it.
        visit = self.house.book(
            wall, now=NOW - timedelta(days=1), patient=patient, practitioner=who or self.house.dana, **values
        )
        if level:
            self.screen(patient, level)
        return visit

    def screen(self, patient, level: str) -> None:
        """A real outcome, as the rules make it; a level that they do not give yet is written as it is."""
        changes = {"emergency": {"em_chest_breath": "yes"}, "unsure": {"sys_fever": "not_sure"}}.get(level, {})
        answers = {**all_clear(), **changes}
        result = screening.evaluate(answers, questionnaire=questionnaire.current())
        outcome = make_outcome(
            screening=make_screening(patient=patient, answers=answers, questionnaire=questionnaire.CURRENT),
            level=level,
            call_due_at=self.now + timedelta(hours=2) if level == "unsure" else None,
        )
        for found in result.findings:
            Finding.objects.create(
                outcome=outcome,
                rule=found.rule_id,
                level=str(found.level),
                klass=str(found.klass),
                strength=found.strength,
                points_to=found.points_to,
                answers=found.answers,
            )

    def slot(self, wall: str) -> str:
        """What a form carries of a time with Dana."""
        return f"{local(wall).isoformat()}|{self.house.dana.uid}|{self.house.location.uid}"

    def brief(self, visit: Appointment) -> str:
        return reverse("admin:brief", args=[visit.patient.screenings.get().uid])


@pytest.fixture
def day(monkeypatch) -> Day:
    return Day(monkeypatch)


def check(live, page: Page) -> None:
    live.look(page, widths=(320, 360, 768, 1280))


def pages_of(day: Day) -> dict[str, tuple[User, str]]:
    """Every page of the desk, with who opens it."""
    patient = reverse("admin:patient", args=[day.here.patient.uid])
    return {
        "today": (day.jo, "/desk/"),
        "tomorrow": (day.jo, "/desk/?day=2026-11-26"),
        "sunday": (day.jo, "/desk/?day=2026-11-29"),
        "own day": (day.dana, "/desk/"),
        "calendar": (day.dana, "/desk/calendar/"),
        "week": (day.jo, "/desk/week/"),
        "week of one": (day.jo, f"/desk/week/?who={day.house.jun.uid}"),
        "day sheet": (day.jo, "/desk/day-sheet/"),
        "running late": (day.jo, reverse("admin:late", args=[day.house.dana.uid])),
        "write": (day.jo, reverse("admin:write", args=[day.soon.patient.uid])),
        "calls": (day.jo, "/desk/calls/"),
        "no such calls": (day.jo, "/desk/calls/?show=mine"),
        "call": (day.jo, reverse("admin:call", args=[day.asked.uid])),
        "question": (day.dana, reverse("admin:call", args=[day.call.uid])),
        "answer": (day.dana, reverse("admin:answer", args=[day.question.uid])),
        "patients": (day.jo, "/desk/patients/?q=a"),
        "nobody": (day.jo, "/desk/patients/?q=zzz"),
        "patient": (day.jo, patient),
        "why": (day.jo, reverse("admin:patient", args=[day.vip.uid])),
        "same person": (day.jo, "/desk/same/"),
        "two records": (day.jo, reverse("admin:compare", args=[day.here.patient.uid, day.soon.patient.uid])),
        "do not contact": (day.jo, reverse("admin:contact", args=[day.soon.patient.uid])),
        "questions by phone": (day.jo, f"/desk/phone-check/?patient={day.soon.patient.uid}"),
        "on their phone": (day.jo, reverse("admin:hand-over", args=[day.soon.patient.uid])),
        "duty": (day.hana, "/desk/duty/"),
        "find": (day.jo, "/desk/find-slot/"),
        "find video": (day.jo, "/desk/find-slot/?mode=telehealth"),
        "call first": (day.jo, f"/desk/find-slot/?patient={day.held.patient.uid}"),
        "move": (day.jo, reverse("admin:visit-move", args=[day.home.uid])),
        "why not": (day.jo, "/desk/why-not/?mode=in_clinic&day=2026-11-25&at=10:05"),
        "over a rule": (day.jo, f"{reverse('admin:visit-move', args=[day.soon.uid])}?slot={quote(day.slot('08:05'))}"),
        "walk-in": (day.jo, "/desk/walk-in/?q=a"),
        "cancel": (day.jo, reverse("admin:visit-cancel", args=[day.soon.uid])),
        "briefs": (day.dana, "/desk/briefs/"),
        "brief": (day.dana, day.brief(day.held)),
        "cover": (day.dana, day.brief(day.home)),
        "reports": (day.hana, "/desk/reports/?first=2026-11-18&last=2026-11-25"),
        "lists": (day.hana, "/desk/lists/"),
        "list": (day.hana, reverse("admin:list", args=[day.list.uid])),
        "own calendars": (day.hana, "/desk/busy/"),
        "own calendar": (day.hana, reverse("admin:busy-calendar", args=[day.house.dana.uid])),
        "message texts": (day.hana, "/desk/texts/"),
        "letter's text": (day.hana, "/desk/texts/booked/email/en/"),
        "text message's text": (day.hana, "/desk/texts/remind_day/sms/en/"),
        "before going live": (day.hana, "/desk/first-run/"),
        "records": (day.hana, "/desk/records/"),
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_the_desk_is_accessible_and_fits(live, day, part):
    people = {user.pk: live.page(width=360, user=user) for user in (day.jo, day.dana, day.hana)}
    for user, path in list(pages_of(day).values())[part::PARTS]:
        people[user.pk].goto(path)
        check(live, people[user.pk])


def test_login_is_accessible_empty_and_with_an_error(live, day):
    page = live.open("/desk/login/", width=360)
    check(live, page)
    page.fill("#id_username", "nobody")
    page.fill("#id_password", "wrong")
    page.click("input[type=submit]")
    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    check(live, page)


def test_login_leads_to_today_and_logout_away(live, day):
    day.jo.set_password("a-Good-one-77")
    day.jo.save()
    page = live.open("/desk/")
    page.fill("#id_username", day.jo.username)
    page.fill("#id_password", "a-Good-one-77")
    page.click("input[type=submit]")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wednesday 25 November")
    page.get_by_role("button", name="Log out").click()
    page.goto("/desk/")
    expect(page.locator("#id_username")).to_be_visible()


def test_records_keep_the_admins_ways_in_our_look(live, day):
    """Lists, forms with inlines and pickers: Django's own pages, under our policy and colours."""
    page = live.page(width=360, user=day.hana)
    for path in (
        "/desk/clinic/location/",
        f"/desk/clinic/location/{day.house.location.pk}/change/",
        f"/desk/clinic/service/{day.house.service.pk}/change/",
        f"/desk/clinic/practitioner/{day.house.dana.pk}/change/",
        "/desk/clinic/clinic/1/change/",
        "/desk/clinic/auditevent/",
        "/desk/clinic/patient/",
    ):
        page.goto(path)
        # Django's own markup: columns of inlines and of check boxes without a header, headings out of order.
        live.look(page, without=("empty-table-header", "heading-order", "region"))


def test_picker_of_logins_works_under_the_policy(live, day):
    page = live.open(f"/desk/clinic/practitioner/{day.house.jun.pk}/change/", user=day.hana)
    page.locator(".select2-selection").first.click()
    expect(page.locator(".select2-results__option").first).to_be_visible()


def test_skip_link_leads_past_the_navigation(live, day):
    page = live.open("/desk/", width=360, user=day.jo)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'content-start'")


# ---------------------------------------------------------------- the desk's day


def test_patient_arrives_is_seen_and_a_slip_is_taken_back(live, day):
    page = live.open("/desk/", width=360, user=day.jo)
    card = page.locator(".visit", has_text="Walt Sorensen")
    card.hover()
    card.get_by_role("button", name="Arrived").click()
    expect(page.get_by_role("status")).to_contain_text("Walt Sorensen is here.")
    check(live, page)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("as before")
    expect(page.locator(".visit", has_text="Walt Sorensen")).to_contain_text("Unconfirmed")
    page.set_viewport_size({"width": 1280, "height": 900})  # there a mouse brings the card's acts, and can press them
    card.hover()
    card.locator(".more").get_by_role("button", name="Seen").click()
    expect(page.get_by_role("status")).to_contain_text("Walt Sorensen")


def test_call_is_claimed_tried_and_later_becomes_a_visit(live, day):
    page = live.open("/desk/calls/", width=360, user=day.jo)
    row = page.locator(".queue > li", has_text="Casey Tran")
    row.get_by_role("button", name="Claim").click()
    check(live, page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Pick how it went.")
    check(live, page)
    page.get_by_label("Left a voicemail").check()
    page.get_by_label("Note").fill("Left my name.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Casey Tran is back in the queue")
    page.get_by_role("link", name="Casey Tran").click()
    expect(page.locator("#call")).to_contain_text("Left my name.")
    page.get_by_role("main").get_by_role("link", name="Find a time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a time for Casey Tran")
    page.get_by_role("link", name=re.compile("Choose")).first.click()
    check(live, page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the date of birth.")
    check(live, page)
    page.get_by_label("Date of birth").fill("1988-05-02")
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("status")).to_contain_text("Booked: Casey Tran comes")
    expect(page.get_by_text("Not screened", exact=True)).to_be_visible()
    check(live, page)
    assert Appointment.objects.get(patient__given_name="Casey").flag == "unscreened"


def test_visit_is_moved_and_cancelled_for_somebody_on_the_phone(live, day):
    day.screen(day.soon.patient, "mechanical")
    page = live.open(reverse("admin:patient", args=[day.soon.patient.uid]), width=360, user=day.jo)
    page.get_by_role("link", name="Move").click()
    page.get_by_role("button", name=re.compile("Move here")).first.click()
    expect(page.get_by_role("status")).to_contain_text("Moved: Walt Sorensen now comes")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why.")
    check(live, page)
    page.get_by_label("The patient is better").check()
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.get_by_role("status")).to_contain_text("Cancelled.")


def test_visit_is_moved_over_a_rule_by_keyboard_alone(live, day):
    day.screen(day.soon.patient, "mechanical")
    page = live.open(reverse("admin:visit-move", args=[day.soon.uid]), user=day.jo)
    page.get_by_label("Day", exact=True).focus()
    page.keyboard.type("11262026")
    page.get_by_label("Time", exact=True).focus()
    page.keyboard.type("0907AM")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Visits do not start at that minute.").first).to_be_visible()
    page.get_by_role("link", name=re.compile("Move here with a reason with Dana")).press("Enter")
    page.get_by_role("button", name="Move here all the same").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say why you book over it.")
    expect(page.get_by_role("alert")).to_be_focused()  # or its script would take the focus from the field
    page.get_by_label("Why do you book over it?").press("S")
    page.keyboard.type("chool bus")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("now comes Thu 26 Nov, 9:07 am to Dana")
    assert day.soon.events.get(act="moved").why == "School bus"


def test_somebody_who_walks_in_is_on_the_board_at_once(live, day):
    page = live.open("/desk/", width=360, user=day.jo)
    page.get_by_role("link", name="Add walk-in").click()
    page.get_by_label("Given name").fill("Bea")
    page.get_by_label("Family name").fill("Tallman")
    page.get_by_label("Date of birth").fill("1990-05-02")
    page.get_by_label("Phone", exact=False).last.fill("907-555-0119")
    page.get_by_role("radio", name=re.compile("Now, 9:20 am, Dana")).check()
    page.get_by_role("button", name="Take them in").click()
    expect(page.get_by_role("alert")).to_contain_text("That time has just gone.")
    page.get_by_label("They share the time on purpose").check()
    page.get_by_label("Why do you book over it?").fill("Dana looks at the ankle")
    page.get_by_role("button", name="Take them in all the same").click()
    expect(page.get_by_role("status")).to_contain_text("Bea Tallman is here: 9:20 am with Dana")
    card = page.locator(".visit", has=page.get_by_role("link", name="Bea Tallman"))
    expect(card).to_contain_text("Shared time")
    expect(card).to_contain_text("Arrived")


def test_patient_who_must_be_called_first_cannot_be_booked(live, day):
    page = live.open(reverse("admin:patient", args=[day.held.patient.uid]), user=day.jo)
    page.get_by_role("link", name="Book", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("A PT must call first.")
    expect(page.get_by_role("link", name=re.compile("Choose"))).to_have_count(0)


def test_desk_works_without_javascript(live, day):
    page = live.open("/desk/", javascript=False, user=day.jo)
    page.locator(".visit", has_text="Mai Vang").get_by_role("button", name="Seen").click()
    expect(page.get_by_role("status")).to_contain_text("was seen")
    page.goto("/desk/calls/")
    page.get_by_role("button", name="Claim Casey Tran").click()
    expect(page.get_by_role("group", name="How did it go?")).to_be_visible()


def test_contact_data_are_changed_in_the_admins_form(live, day):
    page = live.open(reverse("admin:patient", args=[day.soon.patient.uid]), user=day.jo)
    page.get_by_role("link", name=re.compile("^Edit")).click()
    page.get_by_label("E-mail:").fill("walt@runner.example")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="walt@runner.example")).to_be_visible()


def test_letter_is_read_as_text_and_as_a_page(live, day):
    page = live.open(reverse("admin:patient", args=[day.here.patient.uid]), user=day.jo)
    page.get_by_role("link", name=re.compile("Open E-mail sent")).click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="See the letter in a new tab").click()
    letter = opened.value
    expect(letter.get_by_text("Hi Mai")).to_be_visible()


# ---------------------------------------------------------------- the PT's day


def test_pt_goes_from_the_own_list_to_the_brief_and_marks_it_read(live, day):
    page = live.open("/desk/", width=360, user=day.dana)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your day:")
    page.get_by_role("link", name=re.compile("Read the brief of Mai Vang")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mai Vang, 42")
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_role("status")).to_contain_text("Marked as read.")
    assert BriefRead.objects.get().by == day.dana
    check(live, page)
    page.goto("/desk/")
    expect(page.get_by_role("link", name=re.compile("Brief, read of Mai Vang"))).to_be_visible()


def test_pt_covers_calls_and_sets_the_level(live, day):
    uid = day.held.patient.screenings.get().uid
    make_call(
        reason="unsure", subject_uid=uid, patient=day.held.patient, name="Nadia Kessler", for_pt=True, due_at=day.now
    )
    jun = make_user(groups=["pt"])
    page = live.open("/desk/calls/", width=360, user=jun)
    page.get_by_role("button", name="Claim Nadia Kessler").click()
    page.get_by_role("link", name="Open the brief").click()
    page.get_by_role("button", name="I am covering: open the brief").click()
    expect(page.get_by_role("heading", name="Unsure")).to_be_visible()
    page.get_by_text("Set the level after your call").click()
    page.get_by_role("button", name="Set the level").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why.")
    check(live, page)
    page.get_by_label("Level after your call").select_option("mechanical")
    page.get_by_label("Why, in a sentence or two").fill("No fever, a warm room.")
    page.get_by_role("button", name="Set the level").click()
    expect(page.get_by_role("status")).to_contain_text("The level is now: Mechanical.")
    assert not Call.objects.open().filter(reason="unsure").exists()


def test_pt_answers_a_question(live, day):
    page = live.open(reverse("admin:call", args=[day.call.uid]), user=day.dana)
    page.get_by_label("Our answer").fill("Yes, if it does not hurt the next day.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("status")).to_contain_text("Answered.")


def test_brief_prints_on_one_page(live, day):
    page = live.open(day.brief(day.here), user=day.dana)
    for paper in ("Letter", "A4"):
        pdf = page.pdf(format=paper)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_desk_that_types_the_address_of_a_brief_is_refused(live, day):
    live.forgive("403")
    page = live.open(day.brief(day.held), user=day.jo)
    assert "fever" not in page.content()
    expect(page.get_by_text("Unsure")).to_have_count(0)


def test_password_is_changed_in_a_form_that_password_managers_know(live, day):
    page = live.page(width=360, user=day.jo)
    page.goto("/desk/password_change/")
    assert page.locator("[autocomplete=username]").input_value() == day.jo.username
    page.get_by_label("Old password").fill("wrong")
    page.get_by_role("button", name="Change my password").click()
    live.look(page)
    page.get_by_label("Old password").fill("not a secret")
    page.get_by_label("New password:").fill("a longer one, with a lake")
    page.get_by_label("New password confirmation").fill("a longer one, with a lake")
    page.get_by_role("button", name="Change my password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Password change successful")
    live.look(page)


def test_header_keeps_its_links_on_one_line(live, day):
    page = live.page(width=360, user=day.hana)
    page.goto("/desk/")
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 700})
        middles = page.locator("#site-name a, #user-tools :is(a:visible, button:visible)").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).map(box => Math.round((box.top + box.bottom) / 2))"
        )
        assert len(middles) == 3  # the desk, log out, theme
        assert max(middles) - min(middles) <= 4


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_site_and_password_are_in_reach_once_at_any_width(live, day, width):
    page = live.page(width=width, user=day.hana)
    page.goto("/desk/")
    for name in ("View site", "Change password"):
        expect(page.get_by_role("link", name=name)).to_have_count(1)


def test_tab_of_the_page_is_in_view_on_a_phone(live, day):
    page = live.page(width=320, user=day.jo)
    page.goto("/desk/reports/")
    box = page.locator("#desk-tabs [aria-current=page]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] < 321  # a part of a pixel is none


def test_day_without_work_is_as_wide_as_what_stands_above(live, day):
    page = live.page(width=360, user=day.jo)
    page.goto("/desk/?day=2026-11-29")  # a Sunday
    for width in (360, 800, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        empty, counts = page.locator(".board > .nothing").bounding_box(), page.locator(".counts").bounding_box()
        assert (empty["x"], empty["width"]) == pytest.approx((counts["x"], counts["width"]), abs=1)


def test_keys_of_one_letter_can_be_turned_off(live, day):
    page = live.open("/desk/", user=day.jo)
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_have_count(1)
    page.get_by_role("button", name="Turn them off").click()
    page.reload()
    page.keyboard.press("/")
    expect(page.locator("#find")).not_to_be_focused()
    page.get_by_role("button", name="Turn them on").click()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
