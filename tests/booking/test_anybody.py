"""Taking anybody: each start once, the one with the lightest day, and another if that one has gone."""

from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking.models import Appointment, Block, TimeOff, WorkingHours
from clinic import registry
from clinic.models import Message, Mode, Practitioner
from tests.booking.house import local
from tests.booking.test_http_race import browsers, post_at_once
from tests.booking.visitor import answers, buttons, check_url, checked, later, slot_value, text, times_url
from tests.booking.wholeness import faults
from tests.factories import NOW, make_location, make_practitioner, make_room, make_working_hours

pytestmark = pytest.mark.django_db
BOOKED = "/visit/booked/"
ANY = {"with": "anybody"}
ALONE = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    set_clock(monkeypatch, NOW)


def set_clock(monkeypatch, now) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def any_slot(house, wall: str = "09:00", mode: str = "in_clinic") -> str:
    return slot_value(house, wall, mode=mode).replace(f"|{house.dana.slug}|", "|anybody|")


def marked(house, wall: str = "09:00", person: Practitioner | None = None, mode: str = "in_clinic") -> str:
    """The address of the last page once somebody was picked."""
    return check_url(house, wall, mode=mode, **{"with": (person or house.dana).slug, "any": "1"})


def pick(client, house, wall: str = "09:00", mode: str = "in_clinic"):
    return client.post(times_url(house, mode, **ANY), {"slot": any_slot(house, wall, mode)})


def take(house, *people: Practitioner, wall: str = "09:00", now=NOW) -> None:
    for person in people:
        house.book(wall, practitioner=person, now=now)


# ---------------------------------------------------------------- the list


@pytest.mark.parametrize("mode", list(Mode.values))
def test_each_start_is_listed_once_while_somebody_is_free(client, house, mode):
    checked(client)
    take(house, house.dana)
    take(house, house.dana, house.jun, wall="11:00")
    everybody = buttons(client.get(times_url(house, mode)))
    page = client.get(times_url(house, mode, **ANY))
    listed = sorted(buttons(page))
    starts = [value.partition("|")[0] for value in everybody]
    assert [value.partition("|")[0] for value in listed] == sorted(set(starts))
    assert page.content.count(b'name="slot"') == len(listed) < len(everybody)
    assert all("|anybody|" in value for value in listed)
    assert any_slot(house, "09:00", mode) in listed
    assert any_slot(house, "11:00", mode) not in listed


def test_times_with_anybody_name_nobody_and_say_who_is_picked(client, house):
    checked(client)
    page = text(client.get(times_url(house, **ANY)))
    assert "We pick who has the most room that day." in page
    assert "Wednesday 25 November, 9:00 am, Midtown clinic" in page
    for words in ("with Dana", "with Jun", "The first free times"):
        assert words not in page
    page = text(client.get(times_url(house)))
    assert "9:00 am with Dana" in page
    assert "We pick" not in page


def test_each_person_or_anybody_can_be_asked_for_and_is_kept(client, house):
    checked(client)
    each, anybody = client.get(times_url(house)).context["people"]
    assert (each["current"], anybody["current"]) == (True, False)
    response = client.get(anybody["url"])
    assert [link["current"] for link in response.context["people"]] == [False, True]
    context = response.context
    for url in (context["form_url"], context["later_url"], *(link["url"] for link in context["modes"])):
        assert "with=anybody" in url
    assert "with=anybody" not in context["people"][0]["url"]
    assert b'name="with" value="anybody"' in client.get(times_url(house, "mobile", **ANY)).content


def test_anybody_is_not_offered_where_one_person_gives_the_visit(client, house):
    checked(client)
    house.service.modes.get(mode="in_clinic").practitioners.remove(house.jun)
    assert client.get(times_url(house)).context["people"] == []


def test_one_start_at_two_places_is_told_apart(client, house):
    checked(client)
    other = make_location(name="Hillside studio", slug="hillside")
    make_room(other)
    WorkingHours.objects.filter(practitioner=house.jun).delete()
    make_working_hours(house.jun, other)
    page = text(client.get(times_url(house, **ANY)))
    assert "9:00 am Midtown clinic" in page
    assert "9:00 am Hillside studio" in page


def test_empty_week_with_anybody_leads_to_the_next_time_without_a_name(client, house):
    checked(client)
    TimeOff.objects.create(practitioner=house.dana, starts_at=NOW, ends_at=later(days=11))
    TimeOff.objects.create(practitioner=house.jun, starts_at=NOW, ends_at=later(days=11))
    assert "The next one is Monday 7 December, 8:00 am. Go to" in text(client.get(times_url(house, **ANY)))


def test_times_with_anybody_take_as_many_queries_however_many_there_are(client, house):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(times_url(house, **ANY))
        return len(captured)

    checked(client)
    few = queries()
    for _ in range(3):
        person = make_practitioner()
        make_working_hours(person, house.location, ends="17:00")
        house.service.modes.get(mode="in_clinic").practitioners.add(person)
    assert queries() == few


# ---------------------------------------------------------------- picking


@pytest.mark.parametrize("mode", list(Mode.values))
def test_hold_goes_to_the_lightest_day_and_the_page_names_them(client, house, mode):
    checked(client)
    take(house, house.dana, wall="11:00")
    response = pick(client, house, mode=mode)
    assert response["Location"].replace("&any=1", "") == check_url(house, mode=mode, **{"with": house.jun.slug})
    assert "&any=1" in response["Location"]
    assert Block.objects.get(state="held").practitioner == house.jun
    page = text(client.get(response["Location"]))
    assert f"With {house.jun.name}, DPT DPT: Doctor of Physical Therapy" in page and "We picked for you." in page
    assert "This time is yours until 9:50 am" in page


def test_picked_one_is_booked_while_the_hold_lasts_whoever_has_less_to_do_then(client, house):
    checked(client)
    url = pick(client, house)["Location"]
    take(house, house.dana, wall="11:00")
    assert client.post(url, answers())["Location"] == BOOKED
    assert Appointment.objects.get(screening__isnull=False).block.practitioner == house.dana


def test_way_back_to_the_list_keeps_anybody_and_what_is_held(client, house):
    checked(client)
    url = pick(client, house)["Location"]
    back = client.get(url).context["picked"].others_url
    assert "with=anybody" in back
    page = client.get(back)
    assert f"We are keeping Wednesday 25 November, 9:00 am, with {house.dana.name} for you." in text(page)
    assert url.replace("&", "&amp;") in page.content.decode()


def test_time_that_nobody_has_any_more_shows_the_nearest_without_names(client, house):
    checked(client)
    take(house, house.dana, house.jun, wall="10:00")
    response = pick(client, house, "10:00")
    assert response.status_code == 409
    assert "That time has just gone" in text(response)
    before, after = response.context["near"]
    assert [len(before), len(after)] == [3, 3]
    assert len({row.slot.start for row in (*before, *after)}) == 6
    assert "with Dana" not in text(response)


# ---------------------------------------------------------------- chosen again


def test_booking_stays_with_the_one_shown_if_still_free_after_the_hold(client, house, monkeypatch):
    checked(client)
    url = pick(client, house)["Location"]
    set_clock(monkeypatch, later(minutes=11))
    take(house, house.dana, wall="11:00", now=later(minutes=11))
    client.post(url, answers())
    assert Appointment.objects.get(screening__isnull=False).block.practitioner == house.dana


@pytest.mark.parametrize("mode", list(Mode.values))
def test_another_is_booked_and_named_if_the_one_shown_has_gone(client, house, monkeypatch, mode):
    checked(client)
    url = pick(client, house, mode=mode)["Location"]
    set_clock(monkeypatch, later(minutes=11))
    take(house, house.dana, now=later(minutes=11))
    assert client.post(url, answers(mode))["Location"] == BOOKED
    visit = Appointment.objects.get(screening__isnull=False)
    assert (visit.block.practitioner, visit.block.starts_at) == (house.jun, local("09:00"))
    page = text(client.get(BOOKED))
    said = f"{house.dana.name} is not free any more. Your visit is with {house.jun.name}, at the same time."
    assert page.startswith(f"{said} Booked Wednesday 25 November 9:00 am JP {house.jun.name}, DPT")
    message = Message.objects.get(subject_uid=visit.uid, channel="email")
    letter = registry.letters[message.kind](message, timezone.now()).text
    assert house.jun.name in letter
    assert house.dana.name not in letter


def test_another_is_booked_if_the_one_shown_is_away_by_then(client, house):
    checked(client)
    url = marked(house)
    TimeOff.objects.create(practitioner=house.dana, starts_at=local("08:00"), ends_at=local("12:00"))
    client.post(url, answers())
    assert Appointment.objects.get().block.practitioner == house.jun


def test_page_opened_after_the_one_shown_has_gone_names_another(client, house):
    checked(client)
    take(house, house.dana)
    page = client.get(marked(house))
    assert page.status_code == 200
    said = f"{house.dana.name} is not free any more at that time. {house.jun.name} is."
    assert said in text(page)
    assert f"With {house.jun.name}, DPT" in text(page)
    assert client.post(page.context["picked"].check_url, answers())["Location"] == BOOKED
    assert "not free any more" not in text(client.get(BOOKED))


def test_page_opened_after_the_one_shown_has_gone_names_the_one_who_is_held(client, house):
    checked(client)
    take(house, house.dana)
    pick(client, house)
    page = text(client.get(marked(house)))
    assert f"With {house.jun.name}, DPT" in page
    assert "This time is yours until" in page


def test_time_that_everybody_has_lost_is_gone(client, house):
    checked(client)
    take(house, house.dana, house.jun)
    for response in (client.get(marked(house)), client.post(marked(house), answers())):
        assert response.status_code == 409
        assert "That time has just gone" in text(response)
        assert all("|anybody|" in value for value in buttons(response))


def test_without_the_mark_nobody_else_is_booked(client, house):
    checked(client)
    take(house, house.dana)
    assert client.get(check_url(house)).status_code == 409
    assert client.post(check_url(house), answers()).status_code == 409


def test_form_sent_twice_and_the_back_button_lead_to_the_one_visit(client, house):
    checked(client)
    take(house, house.dana)
    sent = answers()
    for _ in range(2):
        assert client.post(marked(house), sent)["Location"] == BOOKED
    assert client.get(marked(house))["Location"] == BOOKED
    assert client.post(marked(house), answers())["Location"] == BOOKED
    assert Appointment.objects.filter(screening__isnull=False).count() == 1


# ---------------------------------------------------------------- mischief


def test_mark_gets_nobody_who_does_not_give_the_visit(client, house):
    checked(client)
    outside = make_practitioner(slug="outside")
    make_working_hours(outside, house.location)
    url = marked(house, person=outside)
    assert f"With {house.dana.name}, DPT" in text(client.get(url))
    client.post(url, answers())
    assert Appointment.objects.get().block.practitioner == house.dana


def test_mark_gets_no_time_that_nobody_is_offered(client, house):
    checked(client)
    for wall in ("15:00", "09:07", "11:30"):
        assert client.get(marked(house, wall)).status_code == 400
        assert client.post(marked(house, wall), answers()).status_code == 400
        assert pick(client, house, wall).status_code == 400
    gone = make_practitioner(slug="gone", active=False)
    for url in (marked(house, person=gone), check_url(house, **ANY), f"{check_url(house, **ANY)}&any=1"):
        assert client.get(url).status_code == client.post(url, answers()).status_code == 400
    assert not Block.objects.exists()


def test_buttons_with_anybody_work_only_on_the_page_that_lists_them(client, house):
    checked(client)
    place = house.location.slug
    assert client.post(times_url(house), {"slot": any_slot(house)}).status_code == 400
    for slot in (
        "2026-11-25T18:00Z|anybody|",
        "2026-11-25T18:00Z|anybody|nowhere",
        f"2026-11-25T18:00Z|Anybody|{place}",
        f"2026-11-25T18:00Z||{place}",
        f"2026-11-25T18:00Z|anybody\x00|{place}",
        f"9999-12-31T23:59Z|anybody|{place}",
        f"|anybody|{place}",
    ):
        assert client.post(times_url(house, **ANY), {"slot": slot}).status_code == 400
    assert client.post(times_url(house, "mobile", **ANY), {"slot": any_slot(house)}).status_code == 400
    assert not Block.objects.exists()


@pytest.mark.parametrize("mark", ["0", "2", "yes", "\x00", "1" * 9000])
def test_any_other_mark_is_none(client, house, mark):
    checked(client)
    take(house, house.dana)
    assert client.post(check_url(house, any=mark), answers()).status_code == 409


def test_no_practitioner_is_called_anybody_in_addresses(house):
    house.jun.slug = "anybody"
    with pytest.raises(ValidationError) as refused:
        house.jun.full_clean()
    assert "This slug stands for no one person in our addresses" in str(refused.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        house.jun.save()


# ---------------------------------------------------------------- races


@ALONE
def test_two_patients_pick_one_start_with_anybody_and_keep_one_each(house):
    sent = [{"slot": any_slot(house)} for _ in range(3)]
    assert post_at_once(browsers(3), times_url(house, **ANY), sent) == {302: 2, 409: 1}
    held = Block.objects.filter(state="held")
    assert {block.practitioner for block in held} == {house.dana, house.jun}
    assert {block.starts_at for block in held} == {local("09:00")}


@ALONE
def test_patients_shown_the_same_one_both_get_a_visit_and_the_third_hears_it_is_gone(house):
    named = post_at_once(browsers(2), check_url(house, "11:00"), [answers(), answers()])
    assert named == {302: 1, 409: 1}  # without the mark
    clients = browsers(3)
    assert post_at_once(clients, marked(house), [answers() for _ in clients]) == {302: 2, 409: 1}
    visits = Appointment.objects.filter(block__starts_at=local("09:00"))
    assert Counter(visit.block.practitioner for visit in visits) == {house.dana: 1, house.jun: 1}
    assert faults() == []
