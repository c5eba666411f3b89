"""What the public pages show of services, places and people."""

from datetime import time, timedelta
from decimal import Decimal

import pytest

from clinic import storefront
from clinic.models import Closure, OpeningHours, Payer
from tests.factories import (
    NOW,
    make_location,
    make_practitioner,
    make_service,
    make_service_mode,
)

pytestmark = pytest.mark.django_db


def test_lines_gather_services_by_category_in_order():
    make_service(name="Massage", category="massage", description="For tired legs.", position=3)
    make_service(name="First visit", position=1)
    make_service(name="Later visit", position=2, description="With the plan in hand.")
    assert [(line.name, line.about, [offer.title for offer in line.offers]) for line in storefront.lines()] == [
        ("Sports physical therapy", ("With the plan in hand.",), ["First visit, 60 min", "Later visit, 60 min"]),
        ("Sports massage", ("For tired legs.",), ["Massage, 60 min"]),
    ]


def test_lines_leave_out_what_is_not_offered():
    make_service(active=False)
    make_service(modes=())
    make_service_mode(active=False)
    assert storefront.lines() == []


def test_offer_spans_its_ways():
    service = make_service(name="First visit", modes=())
    make_service_mode(service=service, mode="in_clinic", duration_minutes=60, price=Decimal(190))
    make_service_mode(service=service, mode="telehealth", duration_minutes=45, price=Decimal(150))
    offer = storefront.lines()[0].offers[0]
    assert (offer.title, offer.ask) == ("First visit, 45 to 60 min", False)
    assert (offer.lowest, offer.highest) == (Decimal(150), Decimal(190))
    assert [way.where for way in offer.ways] == ["At the clinic", "By video"]


def test_offer_does_not_say_its_minutes_twice():
    make_service_mode(service=make_service(name="Massage, 60 minutes", modes=()), duration_minutes=60)
    assert storefront.lines()[0].offers[0].title == "Massage, 60 minutes"


def test_only_a_consultation_is_free_others_without_a_price_are_asked_for():
    make_service_mode(service=make_service(category="performance", modes=()), price=Decimal(0))
    make_service_mode(service=make_service(category="consultation", modes=(), position=1), price=Decimal(0))
    assert [line.offers[0].ask for line in storefront.lines()] == [True, False]


def test_places_say_hours_and_walk_in():
    open_place = make_location(name="Midtown", position=1)
    OpeningHours.objects.filter(location=open_place).update(walk_in=True)
    make_location(name="Hillside", position=2)
    make_location(name="Nowhere", position=3, open_hours=False)
    make_location(name="Gone", active=False)
    assert [(place.name, place.hours, place.walk_in) for place in storefront.places()] == [
        ("Midtown", [("Monday to Friday", "8 am to noon, 1 to 4:30 pm")], "Any time we are open"),
        ("Hillside", [("Monday to Friday", "8 am to noon, 1 to 4:30 pm")], "No. Please book a time."),
        ("Nowhere", [], "No. Please book a time."),
    ]


def test_places_say_when_walk_in_is_not_all_day():
    place = make_location()
    OpeningHours.objects.filter(location=place, opens=time(8)).update(walk_in=True)
    assert storefront.places()[0].walk_in == "Monday to Friday, 8 am to noon"
    row = OpeningHours.objects.get(location=place, opens=time(8), weekday=2)
    row.pk, row.opens, row.closes, row.walk_in_only = None, time(7), time(8), True
    row.save()
    said = "Monday, Tuesday, Thursday and Friday, 8 am to noon. Wednesday, 7 am to noon."
    assert storefront.places()[0].walk_in == f"{said} Only walk-ins and no booked visits: Wednesday, 7 to 8 am"


def test_closed_days_are_those_soon():
    day = NOW.date()
    soon = Closure.objects.create(
        first_day=day + timedelta(days=2), last_day=day + timedelta(days=2), reason="Thanksgiving"
    )
    now = Closure.objects.create(first_day=day - timedelta(days=2), last_day=day, reason="Flood")
    Closure.objects.create(first_day=day - timedelta(days=2), last_day=day - timedelta(days=1), reason="Past")
    Closure.objects.create(first_day=day + timedelta(days=22), last_day=day + timedelta(days=30), reason="Later")
    assert list(storefront.closed_days(NOW)) == [now, soon]


def test_meets_says_in_words_how():
    dana, jun, idle = make_practitioner(), make_practitioner(), make_practitioner()
    make_service_mode(mode="telehealth", practitioners=(dana,))
    make_service_mode(mode="in_clinic", practitioners=(dana, jun))
    make_service_mode(mode="mobile", active=False, practitioners=(jun, idle))
    assert storefront.meets() == {dana.pk: "At the clinic, by video", jun.pk: "At the clinic"}


def test_people_are_those_who_work_here_now():
    dana = make_practitioner()
    make_practitioner(active=False)
    assert list(storefront.people()) == [dana]


def test_plans_leave_out_self_pay():
    Payer.objects.create(name="Kenai Mutual", kind="plan")
    Payer.objects.create(name="I pay myself", kind="self")
    Payer.objects.create(name="Old plan", kind="plan", active=False)
    assert storefront.plans() == ["Kenai Mutual"]
