"""Two tabs, a double tap, a page sent while the check is being finished: nothing is lost, nothing happens twice."""

import contextlib
import uuid

import pytest

from clinic.models import Call, Message, Patient, User
from intake import workflow
from intake.models import Outcome, Screening
from tests.factories import NOW, make_clinic, make_location, make_user
from tests.intake.checking import fill_in, save, start
from tests.threads import run_at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = ["em_collapse", "em_dark_urine", "em_limb_tight", "em_stroke_signs"]


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def answers() -> dict[str, str]:
    return {key: value for key, value in Screening.objects.get().answers.items() if key in ROWS}


def merge_without_a_lock(number: int) -> None:
    """The way that must not be taken: read the answers, add one, write them back."""
    screening = Screening.objects.get()
    run_at_once.meet()
    screening.answers = {**screening.answers, ROWS[number]: "no"}
    screening.save(update_fields=["answers"])


def test_merging_without_a_lock_would_lose_answers():
    start()
    run_at_once(merge_without_a_lock, 4)
    assert len(answers()) < 4


def test_pages_saved_at_once_keep_every_answer():
    screening = start()
    run_at_once(lambda number: save(screening, "P1", **{ROWS[number]: "no"}), 4)
    assert answers() == dict.fromkeys(ROWS, "no")
    assert Screening.objects.get().revision == 4


def test_page_p0_sent_several_times_at_once_makes_one_check():
    submission = uuid.uuid4()
    found = run_at_once(lambda _number: start(submission=submission, may_correct=False).pk, 5)
    assert len(set(found)) == 1
    assert (Screening.objects.count(), Patient.objects.count()) == (1, 1)
    assert Message.objects.filter(kind="check_saved").count() == 1


def test_check_sent_several_times_at_once_has_one_outcome():
    screening = fill_in(start(), em_collapse="not_sure")
    found = run_at_once(lambda _number: workflow.finish(screening=screening, now=NOW).pk, 4)
    assert len(set(found)) == 1
    assert (Outcome.objects.count(), Call.objects.count()) == (1, 1)


@pytest.mark.parametrize("_again", range(3))
def test_emergency_saved_while_the_check_is_finished_always_counts(_again):
    screening = fill_in(start())

    def act(number: int) -> None:
        if number:
            workflow.finish(screening=screening, now=NOW)
        else:
            with contextlib.suppress(workflow.AlreadyFinished):
                save(screening, "P1", em_collapse="yes")

    run_at_once(act, 2)
    current = Outcome.objects.get(current=True)
    assert (current.level, current.booking) == ("emergency", "not_offered")
    assert Call.objects.get(reason="emergency").state == "open"


def emergency_against_a_decision(number: int, seen: str | None) -> None:
    """The patient saves an emergency while a PT, who saw an unsure outcome, decides that all is well."""
    screening = Screening.objects.get()
    if number == 0:
        save(screening, "P5", ces_saddle="new")
    if seen is None:
        run_at_once.meet()  # the emergency is there before the decision
    if number == 0:
        return
    by = User.objects.get(username="dana")
    with contextlib.suppress(workflow.NewerOutcome):
        workflow.decide(screening=screening, level="mechanical", reason="x", by=by, is_pt=True, seen=seen, now=NOW)


@pytest.mark.parametrize("guarded", [False, True])
def test_emergency_is_not_closed_by_whoever_decided_at_that_moment(guarded):
    screening = workflow.finish(screening=fill_in(start(), em_collapse="not_sure"), now=NOW).screening
    make_user(username="dana")
    seen = workflow.stamp(screening.outcome) if guarded else None
    run_at_once(lambda number: emergency_against_a_decision(number, seen), 2)
    assert screening.outcome.level == ("emergency" if guarded else "mechanical")
    assert Call.objects.filter(reason="emergency", state="open").exists() == guarded
