"""The pages of the form: saved one by one, judged at once for an emergency, and at the end as a whole.

And the optional pages after the result, which judge nothing but the words written there.
"""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from clinic import audit, calls, opening
from clinic.models import Call, User
from intake import afterwards, chart, gate, promises, way
from intake import questionnaire as questionnaires
from intake import screening as rules
from intake.models import BookingGate, CallDue, Level, Outcome, Screening
from intake.questionnaire import CleanedPage, Questionnaire
from intake.questionnaire.errors import UnknownPage
from intake.screening.levels import DUTIES, strictest
from intake.screening.watchlist import Hits
from intake.workflow import telling
from intake.workflow.errors import AlreadyFinished, NotFinished
from intake.workflow.outcomes import write_outcome


def save_page(*, screening: Screening, page_id: str, cleaned: CleanedPage, now: datetime) -> Screening:
    """Keep what a page gave, also when some of it was refused, and stop the form if it holds an emergency.

    Look at `screening.state` afterwards: finished means that an emergency ended it. What comes after the end, from a
    second tab perhaps, is kept only if it holds an emergency that nobody has been told of: then there is a new
    outcome. Raises AlreadyFinished otherwise, and UnknownPage.
    """
    with transaction.atomic():
        locked = _lock(screening)
        form = questionnaires.get(locked.questionnaire)
        form.page(page_id)
        merged = {**locked.answers, **cleaned.answers}
        found = {finding.rule_id for finding in rules.emergency_now(merged, questionnaire=form)}
        late = locked.state != Screening.State.STARTED
        if late and not found - _known_emergencies(locked, form):
            raise AlreadyFinished
        locked.answers = merged
        if not cleaned.errors and page_id not in locked.pages_done:
            locked.pages_done = [*locked.pages_done, page_id]
        locked.saved_at = now
        locked.revision += 1
        locked.save(update_fields=["answers", "pages_done", "saved_at", "revision"])
        if found:
            upto = None if late else _last_page(form, locked.pages_done, page_id)
            write_outcome(locked, rules.evaluate(merged, questionnaire=form, upto=upto), now=now)
        else:
            telling.put_off_way_back(locked, now=now)
            telling.put_off_call_if_left(locked, now=now)
    return locked


def leave_off(*, screening: Screening, by: User, now: datetime) -> Outcome | None:
    """Whoever read out the answers had to stop: keep them, and have somebody call; return the outcome a PT calls about.

    What was answered so far is judged: with a sign that asks for a call there is an outcome, which holds what a finished
    check would hold until a PT has decided. Else the desk calls again the same day. Raises AlreadyFinished.
    """
    with transaction.atomic():
        locked = _lock_started(screening)
        result = _judged_so_far(locked)
        # So early nothing may have fired at all, which is no reason for a PT to call.
        says_something = bool(result.findings or result.missing)
        outcome = _judge_left(locked, result if says_something else None, result.alerts, now=now)
        if outcome:
            telling.end_call_if_left(locked, outcome=Call.Outcome.PASSED, now=now)
        else:
            later = promises.end_of_working_day(opening.hours_for(), now)
            telling.put_off_call_if_left(locked, due_at=later, now=now)
            for call in Call.objects.open().filter(subject_uid=locked.uid, reason=Call.Reason.UNFINISHED):
                calls.release(call=call, user=by, now=now)
        audit.record(act="screening.left_off", subject_uid=locked.uid, actor=by, now=now)
    return outcome


def judge_silent(*, screening: Screening, now: datetime) -> Outcome | None:
    """Nobody has gone on with a form on the web: judge it for what closes every service; return the outcome, if any.

    Only what was answered counts. A row left empty, or a lesser sign, is for the end of the form, to which they are
    asked back; a form is begun and left for many reasons, and a call about each would bury those that count. Raises
    AlreadyFinished.
    """
    with transaction.atomic():
        locked = _lock_started(screening)
        form = questionnaires.get(locked.questionnaire)
        empty = frozenset(question for question in form.questions if locked.answers.get(question) is None)
        said = _judged_so_far(locked, not_asked=empty)
        grave = said.findings and BookingGate(said.booking) in gate.CLOSED
        outcome = _judge_left(locked, _judged_so_far(locked) if grave else None, said.alerts, now=now)
        audit.record(act="screening.left_off", subject_uid=locked.uid, now=now)
    return outcome


def _judged_so_far(screening: Screening, not_asked: frozenset[str] = frozenset()) -> rules.Result:
    form = questionnaires.get(screening.questionnaire)
    upto = max(screening.pages_done, key=lambda page: form.page_order[page])
    return rules.evaluate(screening.answers, questionnaire=form, upto=upto, not_asked=not_asked)


def _judge_left(
    screening: Screening, result: rules.Result | None, alerts: tuple[str, ...], *, now: datetime
) -> Outcome | None:
    """Write the outcome of a form that was left, if there is a result that asks for a call, and alert about its words.

    Judged before and nothing new since: that outcome stands, with its call. So does an emergency that was taken back.
    """
    before = Outcome.objects.filter(screening=screening, current=True).first()
    stands = before is not None and (before.level == Level.EMERGENCY or (result and _is_known(result, before)))
    if result is not None and not stands:
        return write_outcome(screening, result, left=True, now=now)
    if alerts:
        telling.alert_words(screening, now=now)
    return before


def finish(*, screening: Screening, now: datetime) -> Outcome:
    """Judge a filled-in screening and return its outcome; a second call returns the same.

    Raises NotFinished while a page that is shown was never asked.
    """
    with transaction.atomic():
        locked = _lock(screening)
        if locked.state != Screening.State.STARTED:
            return Outcome.objects.get(screening=locked, current=True)
        form = questionnaires.get(locked.questionnaire)
        if way.first_open(form, locked.answers) is not None:
            raise NotFinished
        return write_outcome(locked, rules.evaluate(locked.answers, questionnaire=form), now=now)


def save_after_result(*, screening: Screening, page_id: str, cleaned: CleanedPage, now: datetime) -> Screening:
    """Keep what one of the optional pages after the result gave.

    Nothing on them is judged but the words of the watch lists (clinical.md 11, N04): those of an emergency or of
    despair alert at once, and those of an emergency or of an illness not yet told give a new outcome, held until a
    PT has called, which also holds what was booked. What a person has decided, and what was found before, stays.
    Raises NotFinished without a result or in an emergency, UnknownPage for any other page.
    """
    with transaction.atomic():
        locked = _lock(screening)
        form = questionnaires.get(locked.questionnaire)
        page = form.page(page_id)
        if not page.after_result:
            raise UnknownPage(page_id)
        if not afterwards.is_open(locked):
            raise NotFinished
        before = Outcome.objects.get(screening=locked, current=True)
        words = afterwards.new_words(page, cleaned.answers, locked.answers)
        here = {question.id for question in page.questions}
        locked.answers = {**locked.answers, **{key: value for key, value in cleaned.answers.items() if key in here}}
        if page_id not in locked.pages_done:
            locked.pages_done = [*locked.pages_done, page_id]
        locked.saved_at = now
        locked.revision += 1
        locked.save(update_fields=["answers", "pages_done", "saved_at", "revision"])
        audit.record(act="screening.added_to", subject_uid=locked.uid, now=now)
        result = _judged_again(locked, before, words, form)
        if result is not None:
            write_outcome(locked, result, now=now)
        elif words.crisis:
            telling.alert_words(locked, now=now)
    return locked


def _judged_again(screening: Screening, before: Outcome, words: Hits, form: Questionnaire) -> rules.Result | None:
    """Return the result with what was written after it, or None when those words change nothing.

    It is never milder than the outcome that counts. What a PT has settled since does not come back either: words read
    after a decision only add a call to it.
    """
    if not words:
        return None
    result = rules.evaluate(screening.answers, questionnaire=form)
    if _is_known(result, before):
        return None
    alerts = [(rules.EMERGENCY_WORDS, words.emergency), (rules.CRISIS_WORDS, words.crisis)]
    result = replace(result, alerts=tuple(alert for alert, hit in alerts if hit))
    held = DUTIES[rules.Level.UNSURE].booking
    if before.decided_by_id is None:
        level, booking, call_due = result.level, result.booking, result.call_due
    else:
        level, booking, call_due = rules.Level.UNSURE, held, rules.CallDue(CallDue.SAME_WORKING_DAY)
    return replace(
        result,
        level=strictest([level, rules.Level(before.level)]) or level,
        booking=strictest([booking, held, rules.Booking(before.booking)]) or held,
        call_due=call_due,
    )


def reopen(*, screening: Screening, question_id: str, now: datetime) -> Screening:
    """Take back one answer of an emergency that was tapped by mistake, so that it is asked again.

    The outcome and the staff's alarm stay until a newer outcome; that one never falls below unsure (clinical.md 10).
    Raises NotFinished without an emergency that the answers gave, KeyError for an answer that did not lead to it.
    """
    with transaction.atomic():
        locked = _lock(screening)
        outcome = Outcome.objects.filter(
            screening=locked, current=True, level=Level.EMERGENCY, decided_by__isnull=True
        ).first()
        if outcome is None or locked.state != Screening.State.FINISHED:
            raise NotFinished
        form = questionnaires.get(locked.questionnaire)
        if question_id not in tapped(outcome, form):
            raise KeyError(question_id)
        gone = {question_id, chart.SPOTS, chart.SIDE} if question_id == chart.AREAS else {question_id}
        locked.answers = {key: value for key, value in locked.answers.items() if key not in gone}
        page_id = form.question(question_id).page_id
        locked.pages_done = [page for page in locked.pages_done if page != page_id]
        locked.state = Screening.State.STARTED
        locked.finished_at = None
        locked.saved_at = now
        locked.revision += 1
        locked.save(update_fields=["answers", "pages_done", "state", "finished_at", "saved_at", "revision"])
        audit.record(act="screening.reopened", subject_uid=locked.uid, now=now)
    return locked


def tapped(outcome: Outcome, form: Questionnaire) -> list[str]:
    """Return the answers that made an outcome an emergency and were tapped on a page, in the order of the pages.

    What page P0 asked is not among them: an age or a reason for the visit was not a slip of the thumb.
    """
    findings = [finding for finding in outcome.findings.all() if finding.level == Level.EMERGENCY]
    led = {question_id for finding in findings for question_id in finding.answers}
    contact = {page.id for page in form.pages if page.kind == "contact"}
    return [
        question.id for question in form.questions.values() if question.id in led and question.page_id not in contact
    ]


def _lock(screening: Screening) -> Screening:
    """Read the row anew, under a lock."""
    # The weaker lock: whoever books holds the patient and points to this row, and must not wait for us meanwhile.
    rows = Screening.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("patient").get(pk=screening.pk)


def _lock_started(screening: Screening) -> Screening:
    """Read a row that is under way anew, under a lock. Raises AlreadyFinished."""
    locked = _lock(screening)
    if locked.state != Screening.State.STARTED:
        raise AlreadyFinished
    return locked


def _is_known(result: rules.Result, before: Outcome) -> bool:
    """Say whether an outcome holds all that a result found, for the same answers."""
    known = [(finding.rule, finding.answers) for finding in before.findings.all()]
    return all((finding.rule_id, finding.answers) in known for finding in result.findings)


def _known_emergencies(screening: Screening, form: Questionnaire) -> set[str]:
    """Return the emergency rules that the answers stored so far fire: whoever needed to know has been told."""
    return {finding.rule_id for finding in rules.emergency_now(screening.answers, questionnaire=form)}


def _last_page(form: Questionnaire, done: list[str], page_id: str) -> str:
    """Return the furthest page that was shown: later questions were not asked yet, which is no skip."""
    return max([page_id, *done], key=lambda page: form.page_order[page])
