"""What the demo clinic offers: services by mode with prices, the area of home visits, and who pays."""

from decimal import Decimal

from clinic.models import Mode, Payer, Practitioner, Service, ServiceMode, TravelZone, ZonePostalCode

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
            (MOBILE, 60, "220", 30, 30, "", "tomasi"),
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
            (MOBILE, 45, "165", 30, 30, "", "tomasi"),
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


def make_zones() -> None:
    """Make the area of home visits."""
    zones = {
        "Anchorage": (Decimal(0), "99501 99502 99503 99504 99507 99508 99515 99516 99517 99518"),
        "Eagle River": (Decimal(25), "99577 99567"),
    }
    for name, (fee, codes) in zones.items():
        zone = TravelZone.objects.create(name=name, fee=fee)
        ZonePostalCode.objects.bulk_create(ZonePostalCode(zone=zone, code=code) for code in codes.split())


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
        Payer.objects.create(name=name, kind=kind, position=position)
