"""The pages of the form: saved one by one, judged at once for an emergency, and at the end as a whole."""

from datetime import datetime

from django.db import transaction

from clinic import audit
from intake import chart
from intake import questionnaire as questionnaires
from intake import screening as rules
from intake.models import Level, Outcome, Screening
from intake.questionnaire import CleanedPage, Questionnaire
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
    return locked


def finish(*, screening: Screening, now: datetime) -> Outcome:
    """Judge a filled-in screening and return its outcome; a second call returns the same.

    Raises NotFinished while a page that is shown was never asked.
    """
    with transaction.atomic():
        locked = _lock(screening)
        if locked.state != Screening.State.STARTED:
            return Outcome.objects.get(screening=locked, current=True)
        form = questionnaires.get(locked.questionnaire)
        if form.first_page(locked.answers) is not None:
            raise NotFinished
        return write_outcome(locked, rules.evaluate(locked.answers, questionnaire=form), now=now)


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
    return Screening.objects.select_for_update(of=("self",)).select_related("patient").get(pk=screening.pk)


def _known_emergencies(screening: Screening, form: Questionnaire) -> set[str]:
    """Return the emergency rules that the answers stored so far fire: whoever needed to know has been told."""
    return {finding.rule_id for finding in rules.emergency_now(screening.answers, questionnaire=form)}


def _last_page(form: Questionnaire, done: list[str], page_id: str) -> str:
    """Return the furthest page that was shown: later questions were not asked yet, which is no skip."""
    return max([page_id, *done], key=lambda page: form.page_order[page])
