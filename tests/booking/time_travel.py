"""A busy clinic in fast motion: visits are booked, moved and cancelled while the worker looks every few minutes."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from booking import diary, follow_ups, reminders, schedule
from booking.models import Appointment, Block
from booking.reminder_times import KINDS
from booking.reminder_times import reminders as due_of
from clinic import outbox, recipients
from clinic.models import Clinic, Message, Mode
from tests.booking.house import House
from tests.factories import make_outcome, make_patient, make_screening, make_user

LOOK = timedelta(minutes=5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Half of the patients were asked so long before they booked; it holds for a week.
ASKED_BEFORE = 5 * DAY


@dataclass(frozen=True)
class Stay:
    """A visit at one time, from when it was put there until it left that time again."""

    visit: Appointment
    sequence: int
    starts_at: datetime
    zone: str
    by_video: bool
    since: datetime
    until: datetime | None = None


@dataclass
class Journey:
    """What was done, and when the worker looked; the same for the same seed."""

    house: House
    now: datetime
    seed: int
    acts_a_day: int
    days_ahead: int
    stays: list[Stay] = field(default_factory=list)
    given: list[Appointment] = field(default_factory=list)

    def run(self, days: int) -> None:
        """Let so many days pass."""
        dice = random.Random(self.seed)
        self.desk, self.coin = make_user(), random.Random(self.seed + 1)
        share = self.acts_a_day / (timedelta(days=1) / LOOK)
        for _look in range(days * int(timedelta(days=1) / LOOK)):
            self.now += LOOK
            if dice.random() < share:
                self._act(dice)
            self._give()
            if not self.now.minute:
                follow_ups.plan(now=self.now)
            outbox.deliver_due(now=self.now, limit=500)

    def _give(self) -> None:
        """Let the desk write down which visits have taken place."""
        for stay in self.stays:
            if stay.until is None and stay.starts_at + HOUR <= self.now < stay.starts_at + HOUR + LOOK:
                visit = Appointment.objects.get(pk=stay.visit.pk)
                self.given.append(diary.seen(appointment=visit, by=self.desk, now=self.now))

    def _act(self, dice: random.Random) -> None:
        coming = [stay for stay in self.stays if stay.until is None and stay.starts_at > self.now + timedelta(hours=1)]
        kind = dice.choices(["book", "move", "cancel", "confirm"], [6, 3, 1, 2])[0]
        if kind == "book" or not coming:
            self._book(dice)
            return
        stay = dice.choice(coming)
        visit = Appointment.objects.get(pk=stay.visit.pk)
        if kind == "move":
            self._move(dice, stay, visit)
        elif kind == "cancel":
            diary.cancel(appointment=visit, by=None, now=self.now)
            self._leave(stay)
        else:
            diary.confirm(appointment=visit, by=None, now=self.now)

    def _book(self, dice: random.Random) -> None:
        mode = dice.choice(list(Mode.values))
        slot = self._slot(dice, mode)
        if slot is None:
            return
        patient = make_patient(email="ana@runner.example", phone="+19075550118", texts_ok=dice.random() < 0.5)
        if self.coin.random() < 0.5:
            at = self.now - ASKED_BEFORE
            asked = make_screening(patient=patient, state="finished", started_at=at, saved_at=at, finished_at=at)
            make_outcome(screening=asked)
        visit = diary.book(**self.house.booking(mode=mode, patient=patient) | slot, now=self.now)
        self._stay(visit)

    def _move(self, dice: random.Random, stay: Stay, visit: Appointment) -> None:
        slot = self._slot(dice, visit.mode)
        if slot is None:
            return
        moved = diary.move(appointment=visit, **slot, now=self.now)
        if moved.sequence != stay.sequence:
            self._leave(stay)
            self._stay(moved)

    def _slot(self, dice: random.Random, mode: str) -> dict | None:
        found = schedule.find(
            service=self.house.service,
            mode=mode,
            state="AK",
            postal_code="99504",
            first_day=(self.now + timedelta(days=dice.randrange(self.days_ahead))).date(),
            days=2,
            now=self.now,
        )
        if not found:
            return None
        slot = dice.choice(found)
        person = next(one for one in (self.house.dana, self.house.jun) if one.pk == slot.practitioner_id)
        place = self.house.location if slot.location_id else None
        return {"start": slot.start, "practitioner": person, "location": place}

    def _stay(self, visit: Appointment) -> None:
        by_video = visit.mode == Mode.TELEHEALTH
        self.stays.append(Stay(visit, visit.sequence, visit.block.starts_at, visit.time_zone, by_video, since=self.now))

    def _leave(self, stay: Stay) -> None:
        self.stays[self.stays.index(stay)] = replace(stay, until=self.now)


def expected(journey: Journey) -> set[tuple]:
    """Say which reminders must have left by now: of each stay those whose time came while the visit was there."""
    rules = reminders.rules(Clinic.get())
    wanted = set()
    for stay in journey.stays:
        end = min(stay.until or journey.now, journey.now)
        for one in due_of(
            starts_at=stay.starts_at, zone=stay.zone, by_video=stay.by_video, rules=rules, now=stay.since
        ):
            # What falls due in the same look as the act that ends the stay is gone by then.
            if one.at <= end and not (stay.until and one.at > stay.until - LOOK):
                for channel, _to in recipients.ways_to_write(stay.visit.patient):
                    wanted.add((stay.visit.uid, stay.sequence, one.kind, channel))
    return wanted


def sent() -> list[Message]:
    """Every reminder that left."""
    return list(Message.objects.filter(kind__in=KINDS, state=Message.State.SENT))


def took_place(message: Message) -> bool:
    """Say whether the visit was still to come when its reminder left."""
    block = Block.objects.get(appointment__uid=message.subject_uid)
    return message.sent_at is not None and (block.state == "cancelled" or message.sent_at < block.starts_at)


def follow_ups_due(journey: Journey) -> set[tuple]:
    """Say which thanks, and which questions before a visit, must have left by now.

    Questions of visits that were there for an hour when their time came: the look over the diary is hourly.
    """
    wanted = {
        (visit.uid, visit.sequence, follow_ups.THANKS)
        for visit in journey.given
        if visit.block.ends_at + DAY + HOUR + LOOK <= journey.now
    }
    for stay in journey.stays:
        at, old = stay.starts_at - 2 * DAY, follow_ups.is_old(stay.visit)
        if old and stay.since + HOUR < at - HOUR and at + LOOK <= (stay.until or journey.now):
            wanted.add((stay.visit.uid, stay.sequence, follow_ups.ASK_AGAIN))
    return wanted


def followed() -> list[Message]:
    """Every message that left and that follows a visit, or asks again before one."""
    return list(Message.objects.filter(kind__in=follow_ups.KINDS, state=Message.State.SENT))
