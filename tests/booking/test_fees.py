"""Late fees: what is accepted, when a fee is recorded and when not, what a move does, and waiving."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from booking import diary
from booking.models import Appointment, Fee
from booking.terms import terms_of
from clinic.models import AuditEvent, Payer
from tests.booking.fees import book_under_rule, fees, set_rule
from tests.booking.house import local
from tests.factories import NOW, make_request, make_user

EARLY, LATE = local("04:59"), local("05:00")


def cancel(visit: Appointment, *, now=LATE, **values):
    return diary.cancel(appointment=visit, **{"by": None, "agreed": Decimal(40), **values}, now=now)


# ---------------------------------------------------------------- what is accepted


def test_rule_is_said_in_the_figures_of_the_service(house):
    Payer.objects.create(name="Medicaid", kind="medicaid", no_fees=True)
    set_rule(house.service, fee_note="Call us if you are ill.")
    assert terms_of(house.service).words.split("\n") == [
        "You can cancel free of charge until 4 hours before the visit. After that it costs $40.",
        "Moving the visit is free. If you move it later than that and then cancel it, the $40 is due.",
        "If you do not come and have not cancelled, it costs $75.",
        "Nothing is due when we cancel, or within an hour after you book.",
        "No such fees with: Medicaid.",
        "Call us if you are ill.",
    ]


def test_service_without_fees_has_no_rule(house):
    assert terms_of(house.service) is None
    visit = house.book("09:00", now=NOW)
    assert (visit.terms, visit.terms_at, visit.free_until) == ("", None, None)


def test_visit_keeps_what_was_accepted_when_the_rule_changes(house):
    visit = book_under_rule(house)
    words = visit.terms
    set_rule(house.service, late_hours=48, late_fee=Decimal(90))
    visit.refresh_from_db()
    assert (visit.terms, visit.terms_at, visit.free_until) == (words, NOW, LATE)
    assert diary.late_fee(visit, now=LATE) == 40
    assert diary.late_fee(visit, now=EARLY) == 0


def test_words_that_change_have_another_version(house):
    set_rule(house.service)
    before = terms_of(house.service).version
    set_rule(house.service, late_fee=Decimal(41))
    assert terms_of(house.service).version != before


def test_who_books_late_may_think_again_for_an_hour(house):
    set_rule(house.service, late_hours=24)
    visit = book_under_rule(house, "11:00", now=local("08:00"))
    assert diary.late_fee(visit, now=local("08:59")) == 0
    assert diary.late_fee(visit, now=local("09:00")) == 40


def test_database_refuses_a_fee_that_nobody_accepted(house):
    visit = house.book("09:00", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=visit.pk).update(no_show_fee=75)


# ---------------------------------------------------------------- cancelling


def test_late_cancel_by_link_is_recorded_with_who_and_when(house):
    visit = book_under_rule(house)
    cancel(visit)
    assert fees(visit) == [("late_cancel", "40.00", "owed")]
    assert list(visit.events.values_list("act", "by_label", "at"))[1:] == [
        ("cancelled", "patient", LATE),
        ("fee_recorded", "patient", LATE),
    ]
    assert AuditEvent.objects.filter(subject_uid=visit.uid, act="visit.fee_recorded").count() == 1


def test_cancel_in_time_costs_nothing(house):
    visit = book_under_rule(house)
    cancel(visit, now=EARLY, agreed=Decimal(0))
    assert fees(visit) == []


def test_cancel_that_costs_more_than_was_shown_is_refused(house):
    visit = book_under_rule(house)
    with pytest.raises(diary.Costs) as refused:
        cancel(visit, agreed=Decimal(0))
    assert refused.value.fee == 40
    visit.refresh_from_db()
    assert (visit.cancelled_at, fees(visit)) == (None, [])


def test_late_cancel_at_the_desk_costs_if_the_patient_asks_for_it(house):
    jo = make_user()
    asked, ours = book_under_rule(house), book_under_rule(house, "10:00")
    cancel(asked, by=jo, asked_by_patient=True, now=local("08:00"))
    cancel(ours, by=jo, now=local("08:00"))
    assert fees(asked) == [("late_cancel", "40.00", "owed")]
    assert fees(ours) == []


def test_visit_on_hold_costs_nothing(house):
    visit = book_under_rule(house)
    Appointment.objects.filter(pk=visit.pk).update(hold="talk", held_at=NOW)
    cancel(visit, agreed=Decimal(0))
    assert fees(visit) == []


def test_visit_on_hold_that_is_missed_costs_nothing(house):
    visit = book_under_rule(house)
    Appointment.objects.filter(pk=visit.pk).update(hold="talk", held_at=NOW)
    diary.no_show(appointment=visit, by=make_user(), now=local("09:20"))
    assert fees(visit) == []


@pytest.mark.parametrize(("payer", "owed"), [("Medicaid", []), ("Kenai Mutual", [("late_cancel", "40.00", "owed")])])
def test_payer_that_forbids_fees_is_heeded_where_it_is_known(house, payer, owed):
    Payer.objects.create(name="Medicaid", kind="medicaid", no_fees=True)
    Payer.objects.create(name="Kenai Mutual")
    visit = book_under_rule(house, request=make_request(kind="cost", details={"payer": payer}))
    cancel(visit)
    assert fees(visit) == owed


# ---------------------------------------------------------------- not coming


def test_no_show_costs_what_was_accepted_and_nothing_once_undone(house):
    jo = make_user()
    visit = book_under_rule(house)
    diary.no_show(appointment=visit, by=jo, now=local("09:20"))
    assert fees(visit) == [("no_show", "75.00", "owed")]
    diary.undo(appointment=visit, by=jo, now=local("09:21"))
    assert fees(visit) == [("no_show", "75.00", "taken back")]
    diary.no_show(appointment=visit, by=jo, now=local("09:30"))
    assert fees(visit)[1:] == [("no_show", "75.00", "owed")]


def test_no_show_without_a_rule_costs_nothing(house):
    visit = house.book("09:00", now=NOW)
    diary.no_show(appointment=visit, by=make_user(), now=local("09:20"))
    assert fees(visit) == []


# ---------------------------------------------------------------- moving


def move(house, visit, wall, *, by=None, now, **values):
    return diary.move(
        appointment=visit,
        start=local(wall),
        practitioner=house.dana,
        location=house.location,
        by=by,
        override_reason="On the phone" if by else "",
        now=now,
        **values,
    )


def test_move_in_time_counts_from_the_new_time(house):
    visit = book_under_rule(house)
    assert move(house, visit, "11:00", now=NOW).free_until == local("07:00")


def test_late_move_is_free_and_stays_late(house):
    visit = book_under_rule(house)
    moved = move(house, visit, "11:00", now=local("06:00"))
    assert fees(visit) == []
    assert diary.late_fee(moved, now=local("06:01")) == 40


def test_time_that_the_desk_chose_is_free_again_for_a_day(house):
    visit = book_under_rule(house)
    moved = move(house, visit, "11:00", by=make_user(), now=local("06:00"))
    assert moved.free_until == local("11:00")
    assert diary.late_fee(moved, now=local("10:59")) == 0


def change(house, visit, wall, *, now):
    return diary.change_mode(
        appointment=visit,
        mode="telehealth",
        state_then="AK",
        time_zone="America/Anchorage",
        start=local(wall),
        practitioner=house.dana,
        now=now,
    )


@pytest.mark.parametrize(("wall", "owed"), [("09:00", 40), ("11:00", 40)])
def test_late_change_of_mode_is_free_and_stays_late(house, wall, owed):
    visit = book_under_rule(house)
    changed = change(house, visit, wall, now=local("06:00"))
    assert fees(visit) == []
    assert diary.late_fee(changed, now=local("06:01")) == owed


def test_change_of_mode_in_time_counts_from_a_new_time(house):
    visit = book_under_rule(house)
    assert change(house, visit, "09:00", now=NOW).free_until == LATE
    assert change(house, visit, "11:00", now=NOW).free_until == local("07:00")


# ---------------------------------------------------------------- waiving


def test_fee_is_waived_with_a_reason_on_record(house):
    jo = make_user()
    visit = book_under_rule(house)
    cancel(visit)
    waived = diary.waive(fee=Fee.objects.get(), by=jo, reason="  Her child was ill  ", now=LATE)
    assert (waived.waived_by, waived.waived_at, waived.waive_reason) == (jo, LATE, "Her child was ill")
    event = visit.events.last()
    assert (event.act, event.by, event.why) == ("fee_waived", jo, "Her child was ill")
    assert event.details == {"fee": "late_cancel", "amount": "40.00"}
    assert "child" not in str(AuditEvent.objects.get(act="visit.fee_waived").details)


def test_fee_is_waived_once_and_not_without_a_reason(house):
    jo = make_user()
    cancel(book_under_rule(house))
    fee = Fee.objects.get()
    with pytest.raises(ValueError, match="reason"):
        diary.waive(fee=fee, by=jo, reason=" \n", now=LATE)
    diary.waive(fee=fee, by=jo, reason="x" * 5000, now=LATE)
    with pytest.raises(diary.WrongState):
        diary.waive(fee=fee, by=jo, reason="again", now=LATE + timedelta(minutes=1))
    assert len(Fee.objects.get().waive_reason) == 240


def test_visit_has_one_fee_at_most(house):
    visit = book_under_rule(house)
    cancel(visit)
    with pytest.raises(IntegrityError), transaction.atomic():
        Fee.objects.create(appointment=visit, kind="no_show", amount=75, currency="USD", at=LATE)


@pytest.mark.parametrize(
    "values", [{"late_hours": 24}, {"late_fee": 40}, {"late_hours": 169, "late_fee": 40}, {"no_show_fee": -1}]
)
def test_service_refuses_a_rule_that_makes_no_sense(house, values):
    for name, value in values.items():
        setattr(house.service, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        house.service.save()
