"""What every public page knows of the clinic, and what it costs."""

from datetime import date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from clinic import context
from clinic.models import Clinic
from tests.factories import make_clinic, make_location

pytestmark = pytest.mark.django_db
# Everything that the context offers.
ALL = "{{ clinic.name }}|{{ notice }}|{{ open_line }}|{% for row in open_hours %}{{ row.0 }}{% endfor %}"


@pytest.fixture(autouse=True)
def fresh():
    """Start and leave without a memory of another test's clinic."""
    context.forget()
    yield
    context.forget()


def show(template: str) -> str:
    """Draw a template with the context of a request."""
    return Template(template).render(Context(dict(context.site(RequestFactory().get("/")))))


def test_context_costs_nothing_when_unused(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert show("Hello") == "Hello"


def test_context_costs_three_queries_however_much_is_shown(django_assert_num_queries):
    make_clinic(notice="Snow day")
    make_location()
    with django_assert_num_queries(3):
        shown = show(ALL + ALL)
    assert shown.startswith("Sidehill Physical Therapy|Snow day|")
    assert "Monday to Friday" in shown


def test_context_is_read_again_after_its_time(settings, django_assert_num_queries):
    settings.SITE_SECONDS = 20
    make_clinic(short_name="Before")
    assert show("{{ clinic.short_name }}") == "Before"
    make_clinic(short_name="After")
    with django_assert_num_queries(0):
        assert show("{{ clinic.short_name }}") == "Before"
    settings.SITE_SECONDS = 0
    assert show("{{ clinic.short_name }}") == "After"


def test_context_of_a_site_without_a_clinic_has_a_name_and_no_number():
    assert show("{{ clinic.name }}|{{ clinic.phone }}|{{ notice }}|{{ open_line }}") == "Stridewell|||"


def test_news_ends_after_its_last_day():
    clinic = make_clinic(notice="Closed on Thursday", notice_until=date(2026, 11, 26))
    assert context.news(clinic, datetime(2026, 11, 26, 23)) == "Closed on Thursday"  # noqa: DTZ001
    assert context.news(clinic, datetime(2026, 11, 27)) == ""  # noqa: DTZ001


def test_news_without_a_last_day_stays():
    assert context.news(make_clinic(notice="New studio"), datetime(2030, 1, 1)) == "New studio"  # noqa: DTZ001


def test_remembered_needs_no_database(django_assert_num_queries):
    assert context.remembered() is None
    make_clinic()
    show("{{ clinic.name }}")
    with django_assert_num_queries(0):
        clinic = context.remembered()
    assert clinic is not None
    assert clinic.phone == "+19075550142"


def test_frame_is_drawn_once_until_the_clinic_is_read_again(settings):
    settings.SITE_SECONDS = 20
    clinic = make_clinic(strapline="First")
    page = "{% load site %}{% frame 'site/_footer.html' %}"
    request = RequestFactory().get("/")

    def drawn() -> str:
        return Template(page).render(Context({**context.site(request), "request": request}))

    assert "<p>First</p>" in drawn()
    Clinic.objects.filter(pk=clinic.pk).update(strapline="Second")
    assert "<p>First</p>" in drawn()
    settings.SITE_SECONDS = 0
    assert "<p>Second</p>" in drawn()


def test_frame_tells_the_pages_it_hangs_on_apart():
    here = context.current()
    assert here.drawn_once(lambda: "team", "masthead", "/team/") == "team"
    assert here.drawn_once(lambda: "book", "masthead", "/book/") == "book"


def test_frame_keeps_few_of_the_addresses_that_people_type():
    here = context.current()
    for number in range(context.MOST_DRAWN + 5):
        here.drawn_once(str, "masthead", f"/{number}")
    assert len(here.drawn) <= context.MOST_DRAWN
