"""Any sequence of acts on one diary, invented by hypothesis: what is listed is done, what is not is refused.

After each act the database itself is looked through (`tests.booking.wholeness`). Run by `run`, in the transaction of a
test: each sequence begins in the same small clinic and is rolled back.
"""

import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from booking import diary, schedule
from booking.availability import Slot
from booking.diary.states import PLACING
from booking.models import LIVE, Appointment, Block
from clinic.models import Clinic, Location, Practitioner, Room, TravelZone, User, ZoneMinutes, ZonePostalCode
from tests.booking.house import House, local
from tests.booking.wholeness import faults, over
from tests.factories import NOW, make_patient

MODES = st.sampled_from(["in_clinic", "in_clinic", "mobile", "telehealth"])
# Every quarter of an hour of a morning and, seldom, a time that is on no grid; today and tomorrow.
STARTS = st.builds(
    lambda quarter, odd, days: local("07:45") + timedelta(minutes=15 * quarter + odd, days=days),
    st.integers(0, 15),
    st.sampled_from([0, 0, 0, 5]),
    st.integers(0, 1),
)
PICK = st.none() | st.integers(0, 40)
PERSON = st.integers(0, 2)  # the first, the second, anybody
PATIENT = st.integers(0, 3)
BROWSER = st.sampled_from(["", "one", "two", "three"])
WHICH = st.integers(0, 15)
ANCHORAGE = ZoneInfo("America/Anchorage")
REFUSED = (diary.SlotTaken, diary.SlotRefused)
WHY = {"override_reason": "asked for it", "overlap_reason": "two sisters"}
# Postal codes of the two zones of homes, and the road from zone to zone, in minutes, for either way.
HOMES = st.sampled_from(["99504", "99516"])
ROADS = {("Town", "East"): 15, ("Town", "Hill"): 25, ("East", "East"): 10, ("East", "Hill"): 20, ("Hill", "Hill"): 5}


def make_roads(house: House) -> None:
    """Lay the clinic and its patients' homes into three zones."""
    zones = {name: TravelZone.objects.get_or_create(name=name)[0] for name in ("Town", "East", "Hill")}
    ZonePostalCode.objects.create(zone=zones["Hill"], code="99516")
    for (start, end), minutes in ROADS.items():
        ZoneMinutes.objects.create(from_zone=zones[start], to_zone=zones[end], minutes=minutes)
    Location.objects.filter(pk=house.location.pk).update(zone=zones["Town"])
    house.location.refresh_from_db()


def place(mode: str, home: str) -> dict[str, Any]:
    """Give what a visit needs to know of where the patient will be."""
    if mode == "mobile":
        return {"address": f"1 Boundary Avenue, {home}", "postal_code": home}
    return {"state_then": "AK", "time_zone": "America/Anchorage"} if mode == "telehealth" else {}


def alone(block: Block, *, now: datetime) -> list[Block]:
    """List what else takes the time of a block and has not said that it shares it."""
    return [other for other in over(block, now=now) if not other.overlap]


class Diary(RuleBasedStateMachine):
    """A clinic of two people and one or two rooms, its patients, their browsers and the desk."""

    house: House
    desk: User
    told: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.numbers: dict[uuid.UUID, int] = {}
        self.missed = False
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(
        length=st.sampled_from([30, 60]),
        before=st.sampled_from([0, 10]),
        after=st.sampled_from([0, 20]),
        notice=st.sampled_from([0, 120]),
        limit=st.sampled_from([None, None, 2]),
        rooms=st.integers(1, 2),
        now=st.sampled_from([NOW, local("07:30")]),
    )
    def open(
        self, *, length: int, before: int, after: int, notice: int, limit: int | None, rooms: int, now: datetime
    ) -> None:
        self.now = now
        offer = {"duration_minutes": length, "buffer_before_minutes": before, "buffer_after_minutes": after}
        self.house.service.modes.update(**offer, notice_minutes=notice, limit_a_day=limit)
        Room.objects.filter(pk__in=[room.pk for room in self.house.rooms[rooms:]]).update(active=False)
        Clinic.objects.update(most_online_visits=20)
        self.patients = [make_patient(texts_ok=number == 1) for number in range(4)]

    # -------------------------------------------------------------- what is asked before an act

    def person(self, number: int) -> Practitioner | None:
        return [self.house.dana, self.house.jun, None][number]

    def visit(self, which: int, *likely: str) -> Appointment:
        """Choose a visit; of each two choices one is among those in the likely states, if there are any."""
        visits = list(Appointment.objects.select_related("block").order_by("pk"))
        if which % 2:
            visits = [visit for visit in visits if visit.block.state in likely] or visits
        return visits[which // 2 % len(visits)]

    def held(self, browser: str) -> Block | None:
        good = Block.objects.filter(browser=browser, state="held", expires_at__gt=self.now).select_related("offer")
        return good.first() if browser else None

    def offered(
        self, mode: str, start: datetime, person: Practitioner | None, *, home: str, pick: int | None, **values: Any
    ) -> tuple[datetime, bool]:
        """Give a time, or one that is picked from the list of its day, and say whether the list shows it."""
        asked = {"first_day": start.date(), "days": 1, "now": self.now, "state": "AK", "postal_code": home}
        slots = schedule.find(service=self.house.service, mode=mode, practitioner=person, **asked, **values)
        starts = [slot.start for slot in slots]
        if pick is not None and starts:
            start = starts[pick % len(starts)]
        return start, start in starts

    def where(self, mode: str) -> Any:
        return self.house.location if mode == "in_clinic" else None

    # -------------------------------------------------------------- acts of patients

    @rule(mode=MODES, start=STARTS, number=PERSON, browser=BROWSER.filter(bool), home=HOMES, pick=PICK)
    def hold(self, *, mode: str, start: datetime, number: int, browser: str, home: str, pick: int | None) -> None:
        person, held = self.person(number), self.held(browser)
        start, listed = self.offered(mode, start, person, home=home, pick=pick, except_block=held)
        where = self.where(mode)
        slot = Slot(start, person.pk if person else None, where.pk if where else None, mode)
        asked = {"service": self.house.service, "mode": mode, "state": "AK", "postal_code": home}
        block = self.expect(listed, held, diary.hold, slot=slot, browser=browser, **asked)
        if block:
            self.assert_placed(block, start, person)
            assert block.expires_at == self.now + timedelta(minutes=Clinic.get().hold_minutes)

    @rule(browser=BROWSER.filter(bool))
    def release(self, browser: str) -> None:
        diary.release(browser=browser, now=self.now)
        assert not Block.objects.filter(browser=browser).exists()

    @rule(mode=MODES, start=STARTS, number=PERSON, patient=PATIENT, browser=BROWSER, home=HOMES, pick=PICK)
    def book(
        self, *, mode: str, start: datetime, number: int, patient: int, browser: str, home: str, pick: int | None
    ) -> None:
        person, held = self.person(number), self.held(browser)
        start, listed = self.offered(mode, start, person, home=home, pick=pick, except_block=held)
        who = {"practitioner": person, "patient": self.patients[patient]}
        wanted = self.house.booking(mode=mode, start=start, **who, **place(mode, home))
        visit = self.expect(listed, held, diary.book, browser=browser, **wanted)
        if visit:
            if held and not person and (held.starts_at, held.offer.mode) == (start, mode):
                person = held.practitioner  # who takes anybody gets whom they hold; a hold of another time is given up
            self.assert_placed(visit.block, start, person)
            assert diary.book(browser=browser, **wanted, now=self.now).pk == visit.pk

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, start=STARTS, number=PERSON, staff=st.booleans(), pick=PICK)
    def move(self, which: int, start: datetime, number: int, staff: bool, pick: int | None) -> None:
        visit, person = self.visit(which, "booked"), self.person(number)
        if not self.is_open(visit, staff=staff):
            return self.expect_wrong_state(diary.move, visit, staff, start=start, practitioner=person)
        start, listed = self.offered(visit.mode, start, person, home="", pick=pick, except_block=visit.block)
        if visit.block.starts_at == start and person in (None, visit.block.practitioner):
            return None
        wanted = {
            "start": start,
            "practitioner": person,
            "location": visit.location,
            "by": self.desk if staff else None,
        }
        moved = self.expect(listed, None, diary.move, appointment=visit, **wanted)
        if moved:
            self.assert_placed(moved.block, start, person)
        return None

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, mode=MODES, start=st.none() | STARTS, number=PERSON, staff=st.booleans(), home=HOMES)
    def change_mode(
        self, *, which: int, mode: str, start: datetime | None, number: int, staff: bool, home: str
    ) -> None:
        visit, person = self.visit(which, "booked"), self.person(number)
        wanted = {"mode": mode, "start": start, "practitioner": person, "location": self.where(mode)}
        wanted |= place(mode, home)
        if not self.is_open(visit, staff=staff):
            return self.expect_wrong_state(diary.change_mode, visit, staff, **wanted)
        at = start or visit.block.starts_at
        stays = visit.mode == mode and wanted.get("address", "") == visit.address
        if stays and visit.block.starts_at == at and person in (None, visit.block.practitioner):
            return None
        _, listed = self.offered(mode, at, person, home=home, pick=None, except_block=visit.block)
        by = self.desk if staff else None
        changed = self.expect(listed, None, diary.change_mode, appointment=visit, by=by, **wanted)
        if changed:
            assert changed.mode == mode
            assert (changed.block.room is not None) == (mode == "in_clinic")
            self.assert_placed(changed.block, at, person)
        return None

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, staff=st.booleans())
    def cancel(self, which: int, staff: bool) -> None:
        visit = self.visit(which)
        if (
            visit.block.state == "cancelled"
            or (staff and visit.block.state == "arrived")
            or self.is_open(visit, staff=staff)
        ):
            by = self.desk if staff else None
            assert diary.cancel(appointment=visit, by=by, now=self.now).block.state == "cancelled"
            self.told["cancel done"] += 1
        else:
            self.expect_wrong_state(diary.cancel, visit, staff)

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH)
    def undo_cancel(self, which: int) -> None:
        visit = self.visit(which, "cancelled")
        until, own = visit.undo_until, f"undo-{visit.uid}"
        if visit.block.state == "booked":
            assert diary.undo_cancel(appointment=visit, now=self.now).sequence == visit.sequence
        elif until is None or until <= self.now or visit.block.starts_at <= self.now:
            self.refused((diary.WrongState,), diary.undo_cancel, appointment=visit)
        elif self.clash(visit):
            self.refused((diary.PatientBusy,), diary.undo_cancel, appointment=visit)
        elif not visit.block.overlap and any(block.browser != own for block in alone(visit.block, now=self.now)):
            self.refused((diary.SlotTaken,), diary.undo_cancel, appointment=visit)
        else:
            assert diary.undo_cancel(appointment=visit, now=self.now).block.state == "booked"
            assert not Block.objects.filter(browser=own).exists()
            self.told["undo_cancel done"] += 1

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, staff=st.booleans())
    def confirm(self, which: int, staff: bool) -> None:
        visit = self.visit(which, "booked")
        if not self.is_open(visit, staff=False):
            return self.expect_wrong_state(diary.confirm, visit, staff)
        assert diary.confirm(appointment=visit, by=self.desk if staff else None, now=self.now).confirmed_at
        self.told["confirm done"] += 1
        return None

    # -------------------------------------------------------------- acts of the desk

    @rule(mode=MODES, start=STARTS, number=st.integers(0, 1), patient=PATIENT, home=HOMES)
    def override(self, mode: str, start: datetime, number: int, patient: int, home: str) -> None:
        """Book over any rule and anybody."""
        person = self.person(number)
        who = {"practitioner": person, "patient": self.patients[patient]}
        wanted = self.house.booking(mode=mode, start=start, **who, **place(mode, home))
        visit = diary.book(**wanted, by=self.desk, **WHY, now=self.now)
        self.assert_placed(visit.block, start, person, over_rules=True)
        self.told[f"override {'over another' if visit.block.overlap else 'over rules'}"] += 1

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, start=STARTS, number=st.integers(0, 1))
    def push(self, which: int, start: datetime, number: int) -> None:
        """Move over any rule and anybody."""
        visit, person = self.visit(which, "booked"), self.person(number)
        if self.is_open(visit, staff=True):
            wanted = {"start": start, "practitioner": person, "location": visit.location, "by": self.desk}
            moved = diary.move(appointment=visit, **wanted, **WHY, now=self.now)
            if moved.sequence > visit.sequence:
                self.assert_placed(moved.block, start, person, over_rules=True)

    @rule(number=st.integers(0, 1), patient=PATIENT)
    def walk_in(self, number: int, patient: int) -> None:
        """Take somebody who stands at the desk, at any minute, if nothing but notice and grid is against it."""
        person, start = self.person(number), self.now.replace(second=0)
        who = {"practitioner": person, "patient": self.patients[patient], "by": self.desk}
        wanted = {"submission": uuid.uuid4(), "service": self.house.service, "location": self.house.location}
        try:
            with transaction.atomic():
                visit = diary.walk_in(**wanted, **who, start=start, now=self.now)
        except (diary.PatientBusy, *REFUSED):
            self.told["walk_in refused"] += 1
            return
        assert visit.block.state == "arrived"
        self.assert_placed(visit.block, start, person)
        self.told["walk_in done"] += 1

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, act=st.sampled_from(["arrive", "seen", "no_show"]))
    def on_the_day(self, which: int, act: str) -> None:
        visit = self.visit(which, "booked", "arrived")
        before, to, of = {
            "arrive": (12, "arrived", ["booked"]),
            "seen": (12, "seen", ["booked", "arrived"]),
            "no_show": (0, "no_show", ["booked"]),
        }[act]
        early = self.now < visit.block.starts_at - timedelta(hours=before)
        if visit.block.state == to or (visit.block.state in of and not early):
            assert getattr(diary, act)(appointment=visit, by=self.desk, now=self.now).block.state == to
            self.told[f"{act} done"] += 1
        else:
            self.expect_wrong_state(getattr(diary, act), visit, True)

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH)
    def miss(self, which: int) -> None:
        """Let a visit begin, and nobody come."""
        visit = self.visit(which, "booked")
        if visit.block.state == "booked":
            self.now = max(self.now, visit.block.starts_at + timedelta(minutes=5))
            assert diary.no_show(appointment=visit, by=self.desk, now=self.now).block.state == "no_show"
            self.missed = True
            self.told["miss done"] += 1

    @precondition(lambda self: self.missed)
    @rule(which=WHICH, mode=MODES, patient=PATIENT, home=HOMES, minutes=st.sampled_from([0, 0, 30, 60, -60]))
    def give_away(self, *, which: int, mode: str, patient: int, home: str, minutes: int) -> None:
        """Put somebody else where a visit was missed, or so near that no road is left."""
        block = self.visit(which, "no_show").block
        number = [self.house.dana, self.house.jun].index(block.practitioner)
        self.override(mode, block.starts_at + timedelta(minutes=minutes), number, patient, home)

    @precondition(lambda self: self.missed)
    @rule(which=WHICH, why=st.booleans())
    def come_after_all(self, which: int, why: bool) -> None:
        self.take_back(self.visit(which, "no_show"), why)

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, why=st.booleans())
    def undo(self, which: int, why: bool) -> None:
        self.take_back(self.visit(which, "arrived", "seen", "no_show"), why)

    def take_back(self, visit: Appointment, why: bool) -> None:
        """Without a reason only what breaks no rule is taken back; with one all of it."""
        was, reasons = visit.block.state, WHY if why else {}
        if was not in ("arrived", "seen", "no_show"):
            return self.expect_wrong_state(diary.undo, visit, True)
        missed = was == "no_show"
        if missed and self.clash(visit, since=visit.events.filter(act="no_show").latest("pk").pk):
            return self.refused((diary.PatientBusy,), diary.undo, appointment=visit, by=self.desk, **reasons)
        done, error = None, None
        try:
            with transaction.atomic():
                done = diary.undo(appointment=visit, by=self.desk, **reasons, now=self.now)
        except REFUSED as refused:
            error = refused
        assert not error or (missed and not why)
        if isinstance(error, diary.SlotTaken):
            assert alone(visit.block, now=self.now)
        elif error:
            assert self.beyond_rules(visit.block)
        elif missed and not why and done:
            assert not done.block.overlap or visit.block.overlap
            self.assert_within_rules(done.block)
        self.told[f"undo of {was} {'refused' if error else 'done'}"] += 1
        return None

    @rule(minutes=st.sampled_from([1, 4, 11, 60, 150, 1200]))
    def wait(self, minutes: int) -> None:
        self.now = min(self.now + timedelta(minutes=minutes), local("13:00") + timedelta(days=1))

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH)
    def wait_for(self, which: int) -> None:
        """Let a visit begin."""
        self.now = max(self.now, self.visit(which, "booked").block.starts_at + timedelta(minutes=5))

    @rule()
    def expire(self) -> None:
        gone = Block.objects.filter(state="held", expires_at__lte=self.now).count()
        assert diary.expire_holds(now=self.now) == gone
        assert not Block.objects.filter(state="held", expires_at__lte=self.now).exists()

    # -------------------------------------------------------------- what must come of an act

    def expect(self, listed: bool, held: Block | None, act: Any, **values: Any) -> Any:
        """Do an act: what is listed must be done and what is not be refused. Return what the act returns, if done.

        Two things are left open. A patient's other visits are not in the list. And who holds a time gets it, although it has
        become too late for others to book it.
        """
        kept = held is not None and held.starts_at in (values.get("start"), getattr(values.get("slot"), "start", None))
        done, error = None, None
        try:
            with transaction.atomic():
                done = act(**values, now=self.now)
        except (diary.PatientBusy, *REFUSED) as refused:
            error = refused
        if isinstance(error, REFUSED):
            assert not listed, error
        else:
            assert listed or kept
        if isinstance(error, diary.PatientBusy):
            assert error.appointment.block.state in LIVE
        self.told[f"{act.__name__} {'refused' if error else 'done'}"] += 1
        return done

    def expect_wrong_state(self, act: Any, visit: Appointment, staff: bool, **values: Any) -> None:
        self.refused((diary.WrongState,), act, appointment=visit, by=self.desk if staff else None, **values)

    def refused(self, errors: tuple[type[Exception], ...], act: Any, **values: Any) -> None:
        with pytest.raises(errors), transaction.atomic():
            act(**values, now=self.now)
        self.told[f"{act.__name__} {errors[0].__name__}"] += 1

    def is_open(self, visit: Appointment, *, staff: bool) -> bool:
        return visit.block.state == "booked" and (staff or visit.block.starts_at > self.now)

    def assert_placed(
        self, block: Block, start: datetime, person: Practitioner | None, *, over_rules: bool = False
    ) -> None:
        """Hold a block against what was asked for; only a flag lets it lie over another, flagged or not."""
        block.refresh_from_db()
        assert block.starts_at == start
        assert person in (None, block.practitioner)
        assert bool(over(block, now=self.now)) == block.overlap
        if not over_rules:
            self.assert_within_rules(block)

    def assert_within_rules(self, block: Block) -> None:
        assert self.beyond_rules(block) == []

    def beyond_rules(self, block: Block) -> list[str]:
        """List which roads of the practitioner's day cannot be driven, and whether the day has become too full."""
        midnight = local("00:00", block.starts_at.astimezone(ANCHORAGE).date())
        day = Block.objects.filter(starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1), state__in=LIVE)
        day = day.filter(practitioner=block.practitioner).exclude(state="held", expires_at__lte=self.now)
        found = []
        for other in day.exclude(pk=block.pk).select_related("zone", "location__zone"):
            first, then = sorted((block, other), key=lambda one: one.busy_from)
            # Two at one time are another matter: see `over`.
            if first.busy_until <= then.busy_from < first.busy_until + _road(block, other):
                found.append(f"{first}, then {then}")
        limit = block.offer.limit_a_day if block.offer else None
        if limit is not None and day.filter(offer=block.offer).exclude(pk=block.pk).count() >= limit:
            found.append(f"more than {limit} on a day")
        return found

    def clash(self, visit: Appointment, *, since: int = 0) -> bool:
        """Say whether the patient has another visit at that time, put there after an event."""
        others = Appointment.objects.filter(patient=visit.patient, block__state__in=LIVE).exclude(pk=visit.pk)
        others = others.filter(block__starts_at__lt=visit.block.ends_at, block__ends_at__gt=visit.block.starts_at)
        first = others.first()
        return first is not None and first.events.filter(pk__gt=since, act__in=PLACING).exists()

    @invariant()
    def is_whole(self) -> None:
        assert faults() == []
        numbers = dict(Appointment.objects.values_list("uid", "sequence"))
        assert all(numbers.get(uid, -1) >= number for uid, number in self.numbers.items())
        self.numbers = numbers


def _road(block: Block, other: Block) -> timedelta:
    """Give the minutes between two places; between two visits that are not at homes there is one clinic only."""
    if block.zone is None and other.zone is None:
        return timedelta()
    names = [(one.zone or one.location.zone).name for one in (block, other)]  # type: ignore[union-attr]
    return timedelta(minutes=ROADS.get((names[0], names[1]), ROADS.get((names[1], names[0]))) or 0)


def run(house: House, desk: User, settings: Any, *, seed: int | None = None) -> Counter[str]:
    """Run the machine on a clinic that is in the database; count what was done, and refused, of each act."""
    make_roads(house)
    told: Counter[str] = Counter()
    about = {"house": house, "desk": desk, "told": told, "_hypothesis_internal_use_seed": seed}
    run_state_machine_as_test(type("Diary", (Diary,), about), settings=settings)
    return told
