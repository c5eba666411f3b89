import time
import uuid
from datetime import date, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from clinic import link_gate, links, registry
from clinic.models import AuditEvent, LinkTry
from clinic.registry import LinkPurpose
from tests.factories import NOW, make_call, make_clinic, make_patient
from tests.threads import run_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.clinic.link_site")]
HOUR = timedelta(hours=1)
DAYS = timedelta(days=1)
RIGHT = {"birth_date_month": "3", "birth_date_day": "14", "birth_date_year": "1984", link_gate.MARK: "1"}
WRONG = {**RIGHT, "birth_date_day": "15"}


@pytest.fixture(autouse=True)
def purposes(monkeypatch):
    make_clinic()
    for name in ("open", "guarded", "other"):
        purpose = LinkPurpose(name, "clinic.Patient", opens(name), 30 * DAYS, asks_birth_date=name == "guarded")
        monkeypatch.setitem(registry.link_purposes, name, purpose)


def opens(name: str):
    return lambda row: f"/{name}/"


@pytest.fixture
def patient():
    return make_patient(given_name="Anastasia", birth_date=date(1984, 3, 14))


def later(monkeypatch, wait: timedelta) -> None:
    """Let the clock of the signer be that much later."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + wait.total_seconds())


def land(client: Client, row, purpose="open"):
    return client.get(links.make(row=row, purpose=purpose))


# ---------------------------------------------------------------- landing


def test_landing_sets_a_cookie_and_goes_on_to_the_clean_address(client, patient):
    answer = land(client, patient)
    cookie = answer.cookies["link_open"]
    assert (answer.status_code, answer["Location"]) == (302, "/open/")
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 7200)
    assert client.get("/open/").content == b"GET Anastasia"


def test_landing_changes_nothing_in_the_database(client, patient, django_assert_num_queries):
    path = links.make(row=patient, purpose="open")
    with django_assert_num_queries(1):
        client.get(path)
    with django_assert_num_queries(1):
        Client().head(path)
    patient.refresh_from_db()
    assert (patient.link_version, AuditEvent.objects.count(), LinkTry.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_landing_takes_only_what_changes_nothing(client, patient, method):
    assert getattr(client, method)(links.make(row=patient, purpose="open")).status_code == 405


def test_cookie_is_kept_to_encrypted_transport_where_the_site_has_it(client, patient, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert land(client, patient).cookies["link_open"]["secure"] is True


def gone(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "link_open" not in answer.cookies
    return answer.content


@pytest.fixture
def the_page(client) -> bytes:
    """What a link that opens nothing shows."""
    return gone(client, "/l/nonsense/")


def test_link_that_is_too_old_opens_nothing(client, patient, monkeypatch, the_page):
    path = links.make(row=patient, purpose="open")
    later(monkeypatch, 29 * DAYS)
    assert client.get(path).status_code == 302
    later(monkeypatch, 2 * DAYS)
    assert gone(Client(), path) == the_page


def test_link_that_was_revoked_opens_nothing(client, patient, the_page):
    path = links.make(row=patient, purpose="open")
    links.revoke(row=patient)
    assert gone(client, path) == the_page
    assert [event.act for event in AuditEvent.objects.filter(subject_uid=patient.uid)] == ["link.revoked"]


def test_link_after_a_revocation_is_good_again(client, patient):
    links.revoke(row=patient)
    assert land(client, patient).status_code == 302


def test_link_to_a_row_that_is_gone_opens_nothing(client, patient, the_page):
    path = links.make(row=patient, purpose="open")
    patient.delete()
    assert gone(client, path) == the_page


def test_link_of_a_purpose_that_is_gone_opens_nothing(client, patient, monkeypatch, the_page):
    path = links.make(row=patient, purpose="other")
    monkeypatch.delitem(registry.link_purposes, "other")
    assert gone(client, path) == the_page


def test_link_with_the_name_of_another_purpose_opens_nothing(client, patient, the_page):
    path = links.make(row=patient, purpose="open")
    assert gone(client, path.replace("open~", "guarded~")) == the_page


def test_link_made_for_another_row_opens_nothing(client, patient, the_page):
    first, second = links.make(row=patient, purpose="open"), links.make(row=make_patient(), purpose="open")
    forged = first.split("~")[0] + "~" + second.split("~")[1] + "~" + first.split("~")[2]
    assert gone(client, forged) == the_page


def test_value_of_a_cookie_is_no_link(client, patient, the_page):
    value = land(client, patient).cookies["link_open"].value
    client.cookies.clear()
    assert gone(client, f"/l/{value}/") == the_page


@pytest.mark.parametrize(
    "token",
    [
        "open~",
        "open~~~",
        "open~a~1.abc.def",
        "open~%00",
        "%00",
        "%F0%9F%8F%83",
        "ö" * 50,
        "a/b/c",
        "..%2f..%2fdesk",
        "%ff%fe",
        "open~" + "a" * 5000,
        "'; DROP TABLE clinic_patient; --",
        "<script>",
    ],
)
def test_link_of_garbage_opens_nothing(client, token, the_page):
    assert gone(client, f"/l/{token}/") == the_page


@pytest.mark.once
def test_link_with_any_sign_changed_opens_nothing(client, patient):
    path = links.make(row=patient, purpose="open").removesuffix("/")
    for place in range(3, len(path)):
        changed = path[:place] + ("A" if path[place] != "A" else "B") + path[place + 1 :]
        assert client.get(f"{changed}/").status_code == 404, changed


def test_make_refuses_a_row_of_another_kind():
    with pytest.raises(TypeError):
        links.make(row=make_call(), purpose="open")


def test_make_refuses_a_purpose_nobody_registered(patient):
    with pytest.raises(KeyError):
        links.make(row=patient, purpose="unheard_of")


def test_link_is_short_enough_for_a_text_message(patient):
    assert len(links.make(row=patient, purpose="guarded")) < 100


def test_absolute_is_the_address_for_letters():
    assert links.absolute("/l/abc/") == "http://testserver/l/abc/"


# ---------------------------------------------------------------- the page behind


def test_page_without_a_cookie_is_the_page_of_a_bad_link(client, the_page):
    answer = client.get("/open/")
    assert (answer.status_code, answer.content) == (404, the_page)


def test_page_of_another_purpose_does_not_open(client, patient):
    land(client, patient, "other")
    assert client.get("/open/").status_code == 404


def test_cookie_of_another_purpose_does_not_open_under_its_name(client, patient):
    client.cookies["link_open"] = land(client, patient, "other").cookies["link_other"].value
    assert client.get("/open/").status_code == 404


@pytest.mark.parametrize("value", ["", "a", "open~a~1~1~1.x.y", "\x00", "ö", "9" * 5000, "~~~~..", "open~~~~.a.b"])
def test_cookie_of_garbage_opens_nothing(client, value):
    client.cookies["link_open"] = value
    assert client.get("/open/").status_code == 404


def test_cookie_ends_after_two_idle_hours(client, patient, monkeypatch):
    land(client, patient)
    later(monkeypatch, timedelta(hours=2, seconds=1))
    assert client.get("/open/").status_code == 404


def test_cookie_lives_on_with_each_page_but_not_for_ever(client, patient, monkeypatch):
    land(client, patient)
    for _ in range(11):
        later(monkeypatch, timedelta(hours=1))
        assert client.get("/open/").status_code == 200
    later(monkeypatch, timedelta(hours=1, seconds=1))
    assert client.get("/open/").status_code == 404


def test_cookie_ends_when_the_link_is_revoked(client, patient):
    land(client, patient)
    links.revoke(row=patient)
    assert client.get("/open/").status_code == 404


def test_remember_opens_the_row_for_who_has_just_made_it(patient):
    response = HttpResponse()
    links.remember(response, row=patient, purpose="open")
    request = RequestFactory().get("/")
    request.COOKIES["link_open"] = response.cookies["link_open"].value
    assert links.recall(request, purpose="open") == patient


def test_forget_takes_the_row_away(client, patient):
    land(client, patient)
    client.get("/leave/")
    assert client.get("/open/").status_code == 404


def test_page_that_names_another_row_does_not_open(client, patient):
    land(client, patient)
    other = make_patient()
    assert client.get(f"/open/{patient.uid}/").status_code == 200
    assert client.get(f"/open/{other.uid}/").status_code == 404
    assert client.post("/open/", {"row": str(patient.uid)}).status_code == 200
    assert client.post("/open/", {"row": str(other.uid)}).status_code == 404
    assert client.post("/open/", {"row": "\x00"}).status_code == 404


# ---------------------------------------------------------------- the date of birth


def test_guarded_page_asks_the_date_of_birth_first(client, patient):
    land(client, patient, "guarded")
    answer = client.get("/guarded/")
    assert answer.status_code == 200
    assert b"Anastasia" not in answer.content
    assert b'name="birth_date_year"' in answer.content


def test_guarded_page_opens_with_the_date_of_birth_and_stays_open(client, patient):
    land(client, patient, "guarded")
    answer = client.post("/guarded/?a=1", RIGHT)
    assert (answer.status_code, answer["Location"]) == (302, "/guarded/?a=1")
    assert client.get("/guarded/").content == b"GET Anastasia"
    assert client.post("/guarded/").content == b"POST Anastasia"
    land(client, patient, "guarded")
    assert client.get("/guarded/").content == b"GET Anastasia"


def test_date_of_birth_of_one_row_does_not_open_another(client, patient):
    land(client, patient, "guarded")
    client.post("/guarded/", RIGHT)
    land(client, make_patient(given_name="Benedikta"), "guarded")
    assert b"Benedikta" not in client.get("/guarded/").content


def test_date_of_birth_is_asked_again_after_a_revocation(client, patient):
    land(client, patient, "guarded")
    client.post("/guarded/", RIGHT)
    links.revoke(row=patient)
    land(client, patient, "guarded")
    assert b"Anastasia" not in client.get("/guarded/").content


def test_post_to_the_page_behind_does_not_pass_the_question(client, patient):
    land(client, patient, "guarded")
    unmarked = {name: value for name, value in RIGHT.items() if name != link_gate.MARK}
    assert b"POST Anastasia" not in client.post("/guarded/", unmarked).content


def test_wrong_date_of_birth_is_told_and_counted(client, patient):
    land(client, patient, "guarded")
    answer = client.post("/guarded/", WRONG, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 200
    assert b"not the date of birth" in answer.content
    tried = LinkTry.objects.get()
    assert (tried.subject_uid, tried.ip) == (patient.uid, "203.0.113.9")
    assert AuditEvent.objects.get().act == "link.wrong_birth_date"


@pytest.mark.parametrize(
    "typed",
    [
        {"birth_date_month": "2", "birth_date_day": "31", "birth_date_year": "1984"},
        {"birth_date_month": "\x00", "birth_date_day": "x" * 9000, "birth_date_year": "🏃"},
        {"birth_date_year": "2999"},
        {},
    ],
)
def test_date_of_birth_that_is_none_is_told_and_not_counted(client, patient, typed):
    land(client, patient, "guarded")
    answer = client.post("/guarded/", {link_gate.MARK: "1", "birth_date_month": "3", "birth_date_day": "1", **typed})
    assert answer.status_code == 200
    assert LinkTry.objects.count() == 0


def test_sixth_try_is_not_looked_at_even_if_right(client, patient):
    land(client, patient, "guarded")
    for _ in range(5):
        assert client.post("/guarded/", WRONG).status_code == 200
    answer = client.post("/guarded/", RIGHT)
    assert answer.status_code == 429
    assert b"Wait 15 minutes" in answer.content
    assert LinkTry.objects.count() == 5


def a_request(address="203.0.113.9"):
    return RequestFactory().post("/", REMOTE_ADDR=address)


def test_tries_count_for_fifteen_minutes(patient):
    for _ in range(5):
        assert link_gate.check_birth_date(a_request(), patient, date(1984, 3, 15), NOW) is False
    with pytest.raises(link_gate.TooManyTries):
        link_gate.check_birth_date(a_request(), patient, date(1984, 3, 14), NOW + timedelta(minutes=14))
    assert link_gate.check_birth_date(a_request(), patient, date(1984, 3, 14), NOW + timedelta(minutes=16)) is True


def test_tries_from_one_address_are_limited_over_all_rows():
    for _ in range(30):
        link_gate.check_birth_date(a_request(), make_patient(), date(1900, 1, 1), NOW)
    with pytest.raises(link_gate.TooManyTries):
        link_gate.check_birth_date(a_request(), make_patient(), date(1984, 3, 14), NOW)
    assert link_gate.check_birth_date(a_request("203.0.113.10"), make_patient(), date(1984, 3, 14), NOW) is True


def test_tries_from_one_ipv6_network_are_limited_together():
    patients = [make_patient() for _ in range(7)]
    for number in range(30):
        request = a_request(f"2600:1::{number + 1:x}")
        assert not link_gate.check_birth_date(request, patients[number % 6], date(1900, 1, 1), NOW)
    with pytest.raises(link_gate.TooManyTries):
        link_gate.check_birth_date(a_request("2600:1::ffff"), patients[6], date(1984, 3, 14), NOW)
    assert link_gate.check_birth_date(a_request("2600:2::1"), patients[6], date(1984, 3, 14), NOW) is True


def test_link_takes_ten_wrong_dates_a_day(client, patient):
    for hour in range(2):
        for _ in range(5):
            link_gate.check_birth_date(a_request(), patient, date(1984, 3, 15), NOW + hour * HOUR)
    with pytest.raises(link_gate.TooManyTries) as refused:
        link_gate.check_birth_date(a_request(), patient, date(1984, 3, 14), NOW + 2 * HOUR)
    assert refused.value.today
    assert link_gate.check_birth_date(a_request(), patient, date(1984, 3, 14), NOW + 25 * HOUR) is True


def test_page_says_that_a_link_takes_no_more_today(client, patient):
    LinkTry.objects.bulk_create(LinkTry(subject_uid=patient.uid, at=timezone.now() - HOUR) for _ in range(10))
    land(client, patient, "guarded")
    answer = client.post("/guarded/", RIGHT)
    assert (answer.status_code, b"too many times today. Call us." in answer.content) == (429, True)


def try_code(address="203.0.113.9") -> None:
    with pytest.raises(LookupError), link_gate.counted(a_request(address), NOW):
        raise LookupError


def test_wrong_codes_keep_nobody_in_the_waiting_room_from_their_links(patient):
    for _ in range(40):
        try_code()
    assert link_gate.check_birth_date(a_request(), patient, date(1984, 3, 14), NOW) is True


def test_wrong_dates_keep_nobody_in_the_waiting_room_from_codes():
    for _ in range(30):
        link_gate.check_birth_date(a_request(), make_patient(), date(1900, 1, 1), NOW)
    try_code()


def test_codes_are_limited_by_the_address_and_of_ipv6_by_the_network():
    for number in range(100):
        try_code(f"2001:db8::{number:x}")
    with pytest.raises(link_gate.TooManyTries), link_gate.counted(a_request("2001:db8::ffff"), NOW):
        pass
    try_code("2001:db8:0:1::1")


def test_row_without_a_patient_never_passes():
    assert link_gate.check_birth_date(a_request(), make_call(uid=uuid.uuid4()), date(1984, 3, 14), NOW) is False


@pytest.mark.django_db(transaction=True)
def test_of_twenty_tries_at_once_no_more_than_five_are_looked_at(patient):
    def guess(_number: int) -> bool:
        try:
            link_gate.check_birth_date(a_request(), patient, date(1984, 3, 15), NOW)
        except link_gate.TooManyTries:
            return False
        return True

    assert run_at_once(guess, 20).count(True) <= 5
    assert LinkTry.objects.count() <= 5


def count_then_write(uid) -> bool:
    """The way that must not be taken: count, then look, then write."""
    if LinkTry.objects.filter(subject_uid=uid).count() >= 5:
        return False
    run_at_once.meet()
    LinkTry.objects.create(subject_uid=uid, at=NOW)
    return True


@pytest.mark.django_db(transaction=True)
def test_counting_first_would_let_more_than_five_through(patient):
    assert run_at_once(lambda _number: count_then_write(patient.uid), 20).count(True) > 5
