"""What the intake registers for the desk: pages, panels, timeline entries."""

from django.utils.translation import gettext_lazy as _

from clinic import registry
from clinic.models import Call
from intake.desk import answers, brief_copies, briefs, exports, hand_over, levels, panels, phone, rules
from intake.workflow import merging

READS, ANSWERS = "intake.read_briefs", "intake.answer_requests"
# Typing what is read out on the phone shows no answer.
TYPES = "intake.type_answers"
# Whoever works with patients may raise a level; no answer is shown for it.
SEES_PATIENTS = "clinic.see_patients"
# PTs and managers; not the front desk, which never learns what a screening rests on.
SEES_OUTCOMES = "intake.view_outcome"


def register() -> None:
    """Register all of it; called once at start."""
    for page in (
        registry.DeskPage(
            path="briefs/",
            name="briefs",
            view=briefs.briefs,
            permission=READS,
            label=_("Screenings"),
            icon="screen",
            tab=True,
            position=30,
            count=briefs.unread_count,
        ),
        registry.DeskPage(path="brief/<uuid:uid>/", name="brief", view=briefs.brief, permission=READS),
        registry.DeskPage(path="brief/<uuid:uid>/pdf/", name="brief-pdf", view=brief_copies.pdf, permission=READS),
        registry.DeskPage(path="brief/<uuid:uid>/text/", name="brief-text", view=brief_copies.text, permission=READS),
        registry.DeskPage(path="brief/<uuid:uid>/read/", name="brief-read", view=briefs.mark_read, permission=READS),
        registry.DeskPage(path="brief/<uuid:uid>/decide/", name="brief-decide", view=briefs.decide, permission=READS),
        registry.DeskPage(path="brief/<uuid:uid>/clear/", name="brief-clear", view=levels.clear, permission=READS),
        registry.DeskPage(
            path="patients/<uuid:uid>/raise/", name="raise-level", view=levels.raise_level, permission=SEES_PATIENTS
        ),
        registry.DeskPage(
            path="rules/",
            name="rules",
            view=rules.rules,
            permission=SEES_OUTCOMES,
            label=_("Rules"),
            icon="list",
            position=90,
        ),
        registry.DeskPage(
            path="brief/<uuid:uid>/answers.json", name="brief-answers", view=exports.answers, permission=READS
        ),
        registry.DeskPage(
            path="questionnaires/<slug:name>.json",
            name="questionnaire",
            view=exports.questionnaire,
            permission=SEES_OUTCOMES,
        ),
        registry.DeskPage(path="answers/<uuid:uid>/", name="answer", view=answers.answer, permission=ANSWERS),
        registry.DeskPage(
            path="patients/<uuid:uid>/send-questions/",
            name="send-screening",
            view=answers.send_screening,
            permission=ANSWERS,
        ),
        registry.DeskPage(
            path="patients/<uuid:uid>/on-their-phone/", name="hand-over", view=hand_over.hand_over, permission=TYPES
        ),
        registry.DeskPage(path="phone-check/", name="phone-begin", view=phone.begin, permission=TYPES),
        registry.DeskPage(
            path="phone-check/<uuid:uid>/<int:number>/", name="phone-page", view=phone.page, permission=TYPES
        ),
        registry.DeskPage(path="phone-check/<uuid:uid>/last/", name="phone-last", view=phone.last, permission=TYPES),
        registry.DeskPage(path="phone-check/<uuid:uid>/stop/", name="phone-stop", view=phone.stop, permission=TYPES),
        registry.DeskPage(
            path="phone-check/<uuid:uid>/result/", name="phone-result", view=phone.result, permission=TYPES
        ),
    ):
        registry.desk_page(page)
    for reason in Call.Reason:
        registry.call_panel(reason.value, panels.call_panel)
    registry.patient_panel(registry.PatientPanel("screening", panels.patient_panel, position=20))
    registry.patient_panel(registry.PatientPanel("messages", panels.messages_panel, position=50))
    registry.patient_section(
        registry.PatientSection("requests", "requests", _("Requests"), panels.requests_of, position=50)
    )
    registry.patient_section(
        registry.PatientSection("guides", "requests", _("Requests"), panels.guides_of, position=50)
    )
    registry.patient_section(
        registry.PatientSection("screenings", "screenings", _("Screenings"), panels.screenings_of, position=20)
    )
    registry.patient_section(registry.PatientSection("texts", "messages", _("Messages"), panels.texts_of, position=30))
    for rows in (
        registry.PatientRows("intake.Screening", locked_first=True, marked=merging.mark),
        registry.PatientRows("intake.Request"),
        registry.PatientRows("intake.HandOver"),
        registry.PatientRows("intake.ReceivedText"),
    ):
        registry.patients_rows(rows)
    registry.merge_follower(
        registry.MergeFollower("levels", follow=merging.follow, against=merging.against, back=merging.back)
    )
