"""What the demo clinic offers: services by mode with prices, the area of home visits, and who pays."""

from decimal import Decimal
from typing import Any

from clinic import roads
from clinic.models import Location, Mode, Payer, Practitioner, Service, ServiceMode, TravelZone, ZonePostalCode

IN_CLINIC, MOBILE, TELEHEALTH = Mode.IN_CLINIC, Mode.MOBILE, Mode.TELEHEALTH

# A row: slug, name, line, screening, description, and for each mode its length, price, buffers, room and people.
SERVICES: list[tuple[str, str, str, str, str, list[tuple[Mode, int, str, int, int, str, str]]]] = [
    (
        "first-visit",
        "First visit",
        "physical_therapy",
        "full",
        (
            "For backs, hips, knees, shins, Achilles tendons and feet. We watch you move, find what is loaded too hard, "
            "and build it back up."
        ),
        [
            (IN_CLINIC, 60, "190", 0, 10, "treatment", "dana tomasi ingrid jun"),
            (MOBILE, 60, "220", 5, 10, "", "tomasi"),
            (TELEHEALTH, 45, "150", 0, 10, "", "dana jun"),
        ],
    ),
    (
        "later-visit",
        "Later visit",
        "physical_therapy",
        "full",
        "For people we have seen before, with the plan in hand.",
        [
            (IN_CLINIC, 40, "135", 0, 5, "treatment", "dana tomasi ingrid jun"),
            (MOBILE, 45, "165", 5, 10, "", "tomasi"),
            (TELEHEALTH, 30, "110", 0, 5, "", "dana tomasi jun"),
        ],
    ),
    (
        "running-form",
        "Running form check",
        "physical_therapy",
        "full",
        "You run on the treadmill, we film from two sides, and you leave with two or three things to change.",
        [(IN_CLINIC, 75, "220", 0, 10, "gait", "ingrid jun")],
    ),
    (
        "one-to-one",
        "Performance, one to one",
        "performance",
        "safety",
        "Strength, speed and hill legs for healthy runners.",
        [(IN_CLINIC, 50, "110", 0, 5, "", "ingrid tomasi")],
    ),
    (
        "massage-30",
        "Massage, 30 minutes",
        "massage",
        "safety",
        "Firm, useful work on tired legs before a race or after a hard block of training.",
        [(IN_CLINIC, 30, "60", 0, 10, "treatment", "dana jun")],
    ),
    (
        "massage-60",
        "Massage, 60 minutes",
        "massage",
        "safety",
        "",
        [(IN_CLINIC, 60, "105", 0, 10, "treatment", "dana jun")],
    ),
    (
        "consultation",
        "Free consultation",
        "consultation",
        "full",
        "Half an hour to meet a PT, look at what bothers you and decide what makes sense. No charge.",
        [
            (IN_CLINIC, 30, "0", 0, 5, "treatment", "dana tomasi ingrid jun"),
            (TELEHEALTH, 20, "0", 0, 5, "", "dana jun"),
        ],
    ),
    (
        "season-plan",
        "Season plan talk",
        "performance",
        "link",
        "Half an hour over your calendar: races, long runs, rest. We talk and plan; nothing is trained or treated.",
        [(IN_CLINIC, 30, "55", 0, 5, "", "ingrid tomasi"), (TELEHEALTH, 30, "55", 0, 5, "", "ingrid tomasi")],
    ),
]
# What cancelling late or not coming costs, where a visit costs anything.
RULE: dict[str, Any] = {
    "late_hours": 24,
    "late_fee": Decimal(40),
    "no_show_fee": Decimal(75),
    "fee_note": "If you are ill or the road is closed, call us: we may drop the fee.",
}
# Who has been here answers the whole check once a month; the safety pages come again each week.
# Only people who have been here book it.
FOR_KNOWN = "later-visit"
# Filming and talking it over tires the therapist too; the van is back by four.
LIMITS = {("running-form", IN_CLINIC): 2, ("first-visit", MOBILE): 3}
GOOD_FOR_DAYS = {"later-visit": 30}


def make_services(people: dict[str, Practitioner]) -> dict[str, Service]:
    """Make the services of all lines, with modes, prices and who offers them."""
    services = {}
    for position, (slug, name, category, check, description, modes) in enumerate(SERVICES):
        service = Service.objects.create(
            slug=slug,
            name=name,
            category=category,
            check_needed=check,
            description=description,
            position=position,
            check_valid_days=GOOD_FOR_DAYS.get(slug, 7),
            ask_later_weeks=5 if category == "physical_therapy" else 0,
            **({} if category == "consultation" else RULE),
        )
        for mode, minutes, price, before, after, room, who in modes:
            row = ServiceMode.objects.create(
                service=service,
                mode=mode,
                duration_minutes=minutes,
                price=Decimal(price),
                buffer_before_minutes=before,
                buffer_after_minutes=after,
                room_kind=room,
                new_patients=slug != FOR_KNOWN,
                limit_a_day=LIMITS.get((slug, mode)),
                notice_minutes=720 if mode == MOBILE else 120,
            )
            row.practitioners.set([people[slug] for slug in who.split()])
        services[slug] = service
    return services


# The area of home visits: fee for the drive, and postal codes.
ZONES: dict[str, tuple[str, str]] = {
    "Midtown": ("0", "99501 99503 99508 99517 99518"),
    "East side": ("0", "99504 99507"),
    "South and Hillside": ("10", "99502 99515 99516"),
    "Eagle River": ("25", "99577 99567"),
}
# Minutes on a dry road outside the rush hour; the way back takes as long, but for the hill.
ROADS: dict[tuple[str, str], int] = {
    ("Midtown", "Midtown"): 10,
    ("Midtown", "East side"): 15,
    ("Midtown", "South and Hillside"): 20,
    ("Midtown", "Eagle River"): 25,
    ("East side", "East side"): 10,
    ("East side", "South and Hillside"): 20,
    ("East side", "Eagle River"): 20,
    ("South and Hillside", "South and Hillside"): 15,
    ("South and Hillside", "Midtown"): 25,
    ("South and Hillside", "Eagle River"): 35,
    ("Eagle River", "Eagle River"): 15,
}


def make_zones(midtown: Location, hillside: Location) -> None:
    """Make the area of home visits, the roads in it, and say where our own locations lie."""
    zones = {name: TravelZone.objects.create(name=name, fee=Decimal(fee)) for name, (fee, _codes) in ZONES.items()}
    for name, (_fee, codes) in ZONES.items():
        ZonePostalCode.objects.bulk_create(ZonePostalCode(zone=zones[name], code=code) for code in codes.split())
    roads.save(minutes={(zones[start].pk, zones[end].pk): minutes for (start, end), minutes in ROADS.items()})
    for location, name in ((midtown, "Midtown"), (hillside, "South and Hillside")):
        location.zone = zones[name]
        location.save(update_fields=["zone"])


def make_payers() -> None:
    """Make the list of who pays."""
    payers = [
        ("Northern Ridge Health", "plan"),
        ("Kenai Mutual", "plan"),
        ("Medicaid", "medicaid"),
        ("Medicare", "medicare"),
        ("Workers' compensation", "work"),
        ("I pay myself", "self"),
    ]
    for position, (name, kind) in enumerate(payers):
        Payer.objects.create(name=name, kind=kind, position=position, no_fees=kind in ("medicaid", "work"))
