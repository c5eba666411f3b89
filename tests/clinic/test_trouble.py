"""The pages for trouble: in the house's look for patients, in the desk's for staff, and what they may not need."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from clinic import context
from clinic.models import Clinic
from tests.desk import links, staff, unknown_targets, words
from tests.factories import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

HELP = ["Call us", "tel:+19075550142", "I need an interpreter", 'href="tel:911"', 'href="tel:988"', "Go to the start"]
WISH = {"language": "Yup’ik", "name": "Nengaq", "phone": "907-555-0118", "submission": str(uuid.uuid4())}
BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}
RAISED = {"400": SuspiciousOperation, "403": PermissionDenied, "404": Http404, "500": RuntimeError}
TO_PATIENTS = [
    ("400", "We could not read that"),
    ("403", "This page is closed to you"),
    ("404", "This trail ends here"),
    ("500", "Something broke on our side"),
]
TO_STAFF = [
    ("400", "We could not read that"),
    ("403", "This page is not open to you"),
    ("404", "There is nothing at this address"),
    ("500", "Something broke on our side"),
]


def fail(request: HttpRequest, how: str) -> HttpResponse:
    """Raise what the pages for trouble answer."""
    raise RAISED[how]("Casey Tran, 14 March 1984")


urlpatterns = [
    path("fail/<str:how>/", fail),
    path("desk/fail/<str:how>/", fail),
    path("", include("clinic.urls")),
]
handler400 = "clinic.trouble.bad_request"
handler403 = "clinic.trouble.forbidden"
handler404 = "clinic.trouble.not_found"
handler500 = "clinic.trouble.server_error"


@pytest.fixture
def house():
    """A clinic that this process has read: what 400 and 500 know of it."""
    make_clinic()
    context.forget()
    Client().get("/team/")


def flat(response) -> str:
    """Return the page with each run of spaces made one."""
    return " ".join(response.content.decode().split())


# ------------------------------------------------------------------ patients


@pytest.mark.parametrize(("how", "said"), TO_PATIENTS)
def test_trouble_has_a_page_that_says_how_to_get_help(client, house, how, said):
    client.raise_request_exception = False
    response = client.get(f"/fail/{how}/")
    page = flat(response)
    assert response.status_code == int(how)
    assert [part for part in (f"<h1>{said}</h1>", *HELP) if part not in page] == []
    assert "Casey" not in page


def test_address_that_takes_only_a_buttons_press_says_so(client, house):
    response = client.get("/visit/leave/", **BROWSER)
    page = flat(response)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert [part for part in ("This page opens with a button", "Nothing was changed.", *HELP) if part not in page] == []


def test_program_that_asks_the_wrong_way_gets_an_empty_answer(client, house):
    response = client.get("/visit/leave/", HTTP_ACCEPT="application/json")
    assert (response.status_code, response.content) == (405, b"")


@pytest.mark.parametrize("address", ["/fail/400/", "/fail/500/", "/desk/fail/400/", "/desk/fail/500/"])
def test_trouble_needs_no_database(client, house, address, django_assert_num_queries):
    context.forget()
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        page = flat(client.get(address))
    assert "We could not read that" in page or "Something broke on our side" in page


def test_trouble_in_a_new_process_still_says_what_to_do_in_an_emergency(client):
    context.forget()
    client.raise_request_exception = False
    assert "In the United States it is 911." in flat(client.get("/fail/500/"))


def test_too_much_text_is_refused_in_words(client, house):
    response = client.post("/interpreter/", {"name": "x" * 2_000_000})
    assert response.status_code == 400
    assert "Nothing was saved." in flat(response)


def test_form_without_its_cookie_is_asked_for_again(house):
    response = Client(enforce_csrf_checks=True).post("/interpreter/", WISH)
    assert response.status_code == 403
    assert "Please send that again" in flat(response)


def test_form_without_its_cookie_leads_to_the_emergency_number_in_the_page_itself(house):
    Clinic.objects.update(emergency_number="112")
    context.forget()
    page = Client(enforce_csrf_checks=True).post("/interpreter/", WISH).content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    assert 'Call <a class="nowrap" href="tel:112">112</a> now.' in main


def test_unknown_address_says_404(client, house):
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "This trail ends here" in flat(response)


# ------------------------------------------------------------------ staff


@pytest.mark.parametrize(("how", "said"), TO_STAFF)
def test_trouble_at_the_desk_is_told_in_the_desks_look(house, how, said):
    jo = staff("desk")
    jo.raise_request_exception = False
    response = jo.get(f"/desk/fail/{how}/")
    assert response.status_code == int(how)
    assert said in words(response)
    assert "Casey" not in words(response)
    assert "/desk/" in links(response)
    assert unknown_targets(response) == set()
    assert "site.css" not in response.content.decode()


def test_what_broke_has_the_number_that_the_log_has(house):
    jo = staff("desk")
    jo.raise_request_exception = False
    response = jo.get("/desk/fail/500/")
    assert f"Number: {response['X-Request-Id']}" in words(response)


def test_unknown_address_of_the_desk_keeps_the_navigation(house):
    page = staff("desk").get("/desk/no/such/page/")
    assert page.status_code == 404
    assert {"/desk/calls/", "/desk/patients/"} <= links(page)


def test_button_of_the_desk_that_is_looked_at_says_so(house):
    response = staff("desk").get(f"/desk/calls/{uuid.uuid4()}/act/", **BROWSER)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "This address only takes a button’s press" in words(response)


def test_login_without_its_cookie_leads_to_the_login(house):
    response = Client(enforce_csrf_checks=True).post("/desk/login/", {"username": "jo", "password": "x"})
    assert response.status_code == 403
    assert "Please send that again" in words(response)
    assert "/desk/login/" in links(response)
