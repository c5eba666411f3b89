"""The rules page: every rule in plain words, how often it fired, and how often staff decided otherwise."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from clinic.desk.pages import desk_response
from intake.brief import FIRST_CONTACTS
from intake.models import BookingGate, CallDue, Finding, Level, Outcome
from intake.questionnaire import Questionnaire, current
from intake.screening import RULESET
from intake.screening.factors import FACTORS
from intake.screening.judge import ALL_RULES
from intake.screening.logic import Condition, Named
from intake.screening.rules import Rule
from intake.screening.sources import SOURCES, STRENGTHS, tags

ORDER = [str(level) for level in Level.values]


@dataclass
class Times:
    """How often one rule fired, in screenings. `now`: in outcomes that count now; `ever`: as the rules judged.

    `raised`, `lowered`: staff decided on another level than the rules' where it had fired.
    """

    now: int = 0
    ever: int = 0
    raised: int = 0
    lowered: int = 0


@dataclass(frozen=True)
class Row:
    """One rule as the page shows it."""

    rule: Rule
    level: str
    call: str
    booking: str
    contact: str
    when: str
    terms: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    count: Times


def rules(request: HttpRequest) -> HttpResponseBase:
    """Show the rules, all or those of one level."""
    form, counted = current(), counts()
    chosen = request.GET.get("level", "")
    shown = [rule for rule in ALL_RULES if rule.level == chosen] or ALL_RULES
    known = {rule.id for rule in ALL_RULES}
    return desk_response(
        request,
        "desk/rules.html",
        page="rules",
        title=_("Rules"),
        crumbs=[(_("Rules"), "")],
        ruleset=RULESET,
        questionnaire=form.id,
        rows=[_row(rule, form, counted[rule.id]) for rule in shown],
        number=len(ALL_RULES),
        levels=[(level.value, level.label, sum(rule.level == level.value for rule in ALL_RULES)) for level in Level],
        level=chosen if chosen in ORDER else "",
        gone=sorted((rule, count) for rule, count in counted.items() if rule not in known),
        factors=[(factor, factor.condition.words(form), _told(factor.source)) for factor in FACTORS],
        strengths=STRENGTHS.items(),
        versions=Outcome.objects.filter(decided_by=None)
        .values("ruleset", "questionnaire")
        .annotate(n=Count("pk"))
        .order_by("ruleset", "questionnaire"),
    )


def counts() -> defaultdict[str, Times]:
    """Count by rule, in two queries whatever was found. A screening counts once for each rule."""
    found: defaultdict[str, Times] = defaultdict(Times)
    by_rules = Q(outcome__decided_by=None)
    for row in (
        Finding.objects.order_by()
        .values("rule")
        .annotate(
            now=Count("outcome__screening", filter=Q(outcome__current=True), distinct=True),
            ever=Count("outcome__screening", filter=by_rules, distinct=True),
        )
    ):
        found[row["rule"]] = Times(now=row["now"], ever=row["ever"])
    judged = Outcome.objects.filter(
        screening=OuterRef("outcome__screening"), decided_by=None, pk__lt=OuterRef("outcome_id")
    ).order_by("-pk")
    decided = (
        Finding.objects.order_by()
        .exclude(by_rules)
        .filter(outcome__clearance=None)  # the review that the rule asked for was made: nobody overrode it
        .annotate(judged=Subquery(judged.values("level")[:1]))
        .exclude(outcome__level=F("judged"))
        .values("rule", "judged", "outcome__level")
        .annotate(n=Count("outcome__screening", distinct=True))
    )
    for judgment in decided:
        if judgment["judged"] is None:
            continue
        if ORDER.index(judgment["outcome__level"]) < ORDER.index(judgment["judged"]):
            found[judgment["rule"]].raised += judgment["n"]
        else:
            found[judgment["rule"]].lowered += judgment["n"]
    return found


def _row(rule: Rule, form: Questionnaire, count: Times) -> Row:
    condition = rule.condition
    while isinstance(condition, Named):  # its meaning alone says when the rule fires
        condition = condition.condition
    return Row(
        rule=rule,
        level=str(Level(rule.level).label),
        call=str(CallDue(rule.due or CallDue.NONE).label),
        booking=str(BookingGate(rule.booking).label),
        contact=FIRST_CONTACTS[rule.first_contact] if rule.first_contact else "",
        when=condition.words(form),
        terms=tuple(_terms(condition.walk(), form).items()),
        sources=_told(rule.source),
        count=count,
    )


def _terms(parts: Iterable[Condition], form: Questionnaire) -> dict[str, str]:
    """The named terms of a condition and what they mean, the outer ones first."""
    return {part.name: part.condition.words(form) for part in parts if isinstance(part, Named)}


def _told(source: str) -> tuple[tuple[str, str], ...]:
    return tuple((tag, SOURCES[tag]) for tag in tags(source))
