"""The demo clinic's house: places, hours, people, services, prices and plans."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from django.contrib.auth.models import Group

from booking.demo.offer import IN_CLINIC, MOBILE, TELEHEALTH, make_payers, make_services, make_zones
from booking.models import WorkingHours
from clinic import public_holidays
from clinic.models import (
    Clinic,
    DutyShift,
    Licence,
    Location,
    Mode,
    OpeningHours,
    Practitioner,
    Room,
    Service,
    StandIn,
    User,
)

PASSWORD = "stridewell-demo"  # noqa: S105  (printed by `make run`; the demo only)
MORNING = (time(8), time(12))
AFTERNOON = (time(13), time(16, 30))
WALK_INS = (time(15, 30), time(16, 30))
WEEKDAYS = range(5)
CLOSED_ON = ("New Year's Day", "Independence Day", "Thanksgiving Day", "Christmas Day")


@dataclass(frozen=True)
class House:
    """What the rest of the demo refers to, by short names."""

    midtown: Location
    hillside: Location
    practitioners: dict[str, Practitioner]
    services: dict[str, Service]
    users: dict[str, User]


def build(today: date) -> House:
    """Make the clinic's standing rows. `today` is a date in the clinic's zone."""
    make_clinic(today)
    midtown, hillside = make_places(today)
    users = make_users()
    practitioners = make_practitioners(users)
    make_working_hours(practitioners, midtown, hillside, today)
    services = make_services(practitioners)
    make_zones(midtown, hillside)
    make_payers()
    make_duty(users, today)
    return House(midtown, hillside, practitioners, services, users)


def make_clinic(today: date) -> None:
    """Make the clinic's one row, with news of the next closed day."""
    closed, name = next(iter(closed_days(today).items()))
    notice, until = "", None
    if closed - today <= timedelta(days=14):
        notice = f"We are closed on {closed:%A} {closed.day} {closed:%B} for {name}."
        until = closed
    Clinic.objects.create(
        name="Sidehill Physical Therapy",
        short_name="Sidehill",
        strapline="Physical therapy for runners in Anchorage",
        phone="+19075550142",
        email="hello@sidehill.example",
        time_zone="America/Anchorage",
        notice=notice,
        notice_until=until,
    )


def closed_days(first: date) -> dict[date, str]:
    """Return the public holidays on which the demo clinic is closed, from a day on."""
    return {day: name for day, name in public_holidays.offered("AK", first=first).items() if name in CLOSED_ON}


def make_places(today: date) -> tuple[Location, Location]:
    """Make both locations with rooms, opening hours and closures."""
    midtown = Location.objects.create(
        name="Midtown clinic",
        slug="midtown",
        street="412 Larkspur Street, Suite 3",
        city="Anchorage",
        state="AK",
        postal_code="99503",
        directions="Park behind the bakery. Ring at the blue door.",
        position=1,
    )
    hillside = Location.objects.create(
        name="Hillside studio",
        slug="hillside",
        street="2290 Muskeg Road",
        city="Anchorage",
        state="AK",
        postal_code="99516",
        directions="Trailhead parking at the door.",
        position=2,
    )
    for name, kind in [("Room 1", "treatment"), ("Room 2", "treatment"), ("Room 3", "treatment"), ("Gait lab", "gait")]:
        Room.objects.create(location=midtown, name=name, kind=kind)
    for name, kind in [("Room A", "treatment"), ("Gym", "gym"), ("Treadmill bay", "gait")]:
        Room.objects.create(location=hillside, name=name, kind=kind)
    for weekday in WEEKDAYS:
        # On Wednesdays the last hour is kept for who walks in.
        until = WALK_INS[0] if weekday == 2 else AFTERNOON[1]
        for opens, closes in (MORNING, (AFTERNOON[0], until)):
            OpeningHours.objects.create(location=midtown, weekday=weekday, opens=opens, closes=closes, walk_in=True)
    last = {"weekday": 2, "opens": WALK_INS[0], "closes": WALK_INS[1]}
    OpeningHours.objects.create(location=midtown, **last, walk_in=True, walk_in_only=True)
    for weekday in (1, 2, 4):
        OpeningHours.objects.create(location=hillside, weekday=weekday, opens=time(8), closes=time(16, 30))
    since = today - timedelta(days=31)
    public_holidays.pick(location=None, days=closed_days(since), first=since)
    return midtown, hillside


def make_users() -> dict[str, User]:
    """Make the staff's logins, each in its group."""
    people = [
        ("jo", "Jo", "Bennett", "desk"),
        ("hana", "Hana", "Lindqvist", "manager"),
        ("dana", "Dana", "Reyes", "pt"),
        ("tomasi", "Tomasi", "Faleolo", "pt"),
        ("ingrid", "Ingrid", "Halvorsen", "pt"),
        ("jun", "Jun", "Park", "pt"),
    ]
    users = {}
    for position, (login, given, family, group) in enumerate(people):
        user = User.objects.create_user(
            login,
            f"{login}@sidehill.example",
            PASSWORD,
            first_name=given,
            last_name=family,
            is_staff=True,
            phone=f"+1907555016{position}",
        )
        user.groups.add(Group.objects.get(name=group))
        users[login] = user
    return users


def make_practitioners(users: dict[str, User]) -> dict[str, Practitioner]:
    """Make the four PTs with their licences."""
    rows = [
        (
            "dana",
            "Dana",
            "Reyes",
            "Backs, hips, and coming back after a baby",
            (
                "Dana ran the Crow Pass Crossing nine times before her back made her stop. Finding out why made her a "
                "physical therapist. She treats backs, hips and pelvic floors, and likes a plan that fits on one page."
            ),
            "English, Spanish",
            ["AK", "WA"],
        ),
        (
            "tomasi",
            "Tomasi",
            "Faleolo",
            "Knees, home visits, youth runners",
            (
                "Tomasi drives the clinic's van. He brings the table, the bands and a dog's patience to your living room, "
                "and coaches middle-school runners in spring."
            ),
            "English, Samoan",
            ["AK"],
        ),
        (
            "ingrid",
            "Ingrid",
            "Halvorsen",
            "Running form, bone stress, ski to run",
            (
                "Ingrid raced on skis and now films runners on the treadmill. She looks after stress fractures and the "
                "long way back from them."
            ),
            "English, Norwegian",
            ["AK"],
        ),
        (
            "jun",
            "Jun",
            "Park",
            "Achilles, feet, video visits",
            (
                "Jun sees most of our patients by video, from Nome to Ketchikan. He is fond of calves, and of telling you "
                "exactly how many heel raises are enough."
            ),
            "English, Korean",
            ["AK", "WA", "OR"],
        ),
    ]
    practitioners = {}
    for position, (slug, given, family, focus, bio, languages, states) in enumerate(rows):
        person = Practitioner.objects.create(
            user=users[slug],
            slug=slug,
            given_name=given,
            family_name=family,
            credentials="DPT",
            focus=focus,
            bio=bio,
            languages=languages,
            position=position,
        )
        for state in states:
            Licence.objects.create(
                practitioner=person,
                state=state,
                kind=Licence.Kind.LICENCE if state == "AK" else Licence.Kind.COMPACT,
                expires_on=date(date.today().year + 1, 12, 31),  # noqa: DTZ011  (a day more or less is all the same)
            )
        practitioners[slug] = person
    return practitioners


def make_working_hours(people: dict[str, Practitioner], midtown: Location, hillside: Location, today: date) -> None:
    """Say who works where, when and in which modes."""
    plan: list[tuple[str, Location, list[int], list[Mode]]] = [
        ("dana", midtown, [0, 1, 2, 3, 4], [IN_CLINIC, TELEHEALTH]),
        ("tomasi", midtown, [0, 1, 2, 3], [MOBILE]),
        ("tomasi", midtown, [4], [IN_CLINIC, TELEHEALTH]),
        ("ingrid", midtown, [0, 3], [IN_CLINIC]),
        ("ingrid", hillside, [1, 2, 4], [IN_CLINIC]),
        ("jun", midtown, [0, 1, 2, 3, 4], [IN_CLINIC, TELEHEALTH]),
    ]
    for slug, location, weekdays, modes in plan:
        for weekday in weekdays:
            WorkingHours.objects.create(
                practitioner=people[slug],
                location=location,
                weekday=weekday,
                starts=MORNING[0],
                ends=AFTERNOON[1],
                break_starts=MORNING[1],
                break_ends=AFTERNOON[0],
                modes=[str(mode) for mode in modes],
            )
    # A school play: on one day next week Dana works other hours.
    WorkingHours.objects.create(
        practitioner=people["dana"],
        location=midtown,
        on_date=next(day for day in (today + timedelta(days=n) for n in range(6, 13)) if day.weekday() in WEEKDAYS),
        starts=time(7),
        ends=time(13),
        modes=[str(IN_CLINIC), str(TELEHEALTH)],
    )


def make_duty(users: dict[str, User], today: date) -> None:
    """Say who is alerted, and who next; on the second Friday to come Dana stands in for Ingrid."""
    first = ["dana", "jun", "dana", "jun", "ingrid"]
    second = ["jun", "dana", "ingrid", "dana", "tomasi"]
    for weekday in WEEKDAYS:
        for login, is_second in ((first[weekday], False), (second[weekday], True)):
            DutyShift.objects.create(
                user=users[login], weekday=weekday, starts=time(7, 30), ends=time(17), second=is_second
            )
    friday = today + timedelta(days=(4 - today.weekday()) % 7 + 7)
    StandIn.objects.create(user=users["ingrid"], instead=users["dana"], first_day=friday, last_day=friday)
