"""What to say at the door of the emergency room: the answers that led there, as a person would say them. Pure.

Short noun phrases, so that one list serves a patient ("I have ...") and whoever speaks for one ("My child has ...").
They repeat what was answered and name no disease.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from intake.questionnaire import Questionnaire

NEW, WORSE, SINCE = _("new in the last 2 weeks"), _("getting worse"), _("since this pain began")
WHEN: Final = {"new": NEW, "worse": WORSE, "since_start": SINCE}
"""Said after a change of bladder, bowel or feeling."""

PHRASES: Final[dict[str, dict[str, Promise]]] = {
    "em_chest_breath": {"yes": _("chest pain or trouble breathing")},
    "em_collapse": {"yes": _("a blackout, or feeling close to one")},
    "em_sudden_tearing": {"yes": _("sudden, ripping or very bad pain in the chest, back or belly")},
    "em_stroke_signs": {"yes": _("a change of face, speech or sight, or a very bad headache")},
    "em_limb_tight": {"yes": _("an arm or leg that is hard and tight, or cold and pale")},
    "em_dark_urine": {"yes": _("pee the color of cola after hard exercise")},
    "em_cannot_walk": {"yes": _("trouble standing or taking four steps")},
    "preg_warning": {"yes": _("bleeding, fluid, tightening, belly pain or less movement in pregnancy")},
    "postpartum_warning": {"yes": _("heavy bleeding or fever after a birth")},
    "trauma_level": {
        "major": _("an injury from a crash, a high fall or a hard blow"),
        "minor": _("an injury from a slip, trip or low fall"),
    },
    "onset_type": {"sudden_no_cause": _("pain that came all at once, for no clear reason")},
    "pain_mech": {"constant": _("pain that no movement changes")},
    "ces_saddle": dict.fromkeys(WHEN, _("changed feeling between the legs")),
    "ces_bladder": dict.fromkeys(WHEN, _("trouble with peeing, or with feeling it")),
    "ces_bowel": dict.fromkeys(WHEN, _("trouble with feeling or holding the bowel")),
    "leg_numb": {"yes": _("numbness in a leg or foot")},
    "leg_weak": {"mild": _("a weak leg"), "major": _("a very weak leg")},
    "foot_drop": {"yes": _("a foot that slaps or drags")},
    "leg_neuro_side": {"both": _("numbness or weakness in both legs")},
    "other_side": {"yes": _("numbness or weakness in both legs")},
    "neuro_trend": {"worse": _("numbness or weakness that gets worse")},
    "hands_clumsy": {"yes": _("new clumsy hands")},
    "gait_unsteady": {"yes": _("new unsteady walking")},
    "arm_numb": {"yes": _("numbness in an arm or hand")},
    "arm_weak": {"mild": _("a weak arm or hand"), "major": _("a very weak arm or hand")},
    "sys_fever": {"yes": _("fever or chills in the last 2 weeks")},
    "sys_very_unwell": {"yes": _("feeling very sick")},
    "hx_cancer": {"past": _("cancer in the past"), "recent": _("cancer in the last 5 years")},
    "hx_immune": {"yes": _("a weak immune system")},
    "hx_ivdu": {"yes": _("injected drugs")},
    "hx_spine_procedure": {"yes": _("a shot or tube near the spine in the last 3 months")},
    "hx_surgery_3m": {"yes": _("surgery in the last 3 months")},
    "hx_infection_3m": {"yes": _("a bad infection in the last 3 months")},
    "hx_anticoag": {"yes": _("blood thinners or a bleeding problem")},
    "hx_aneurysm": {
        "own": _("a swollen main artery, known before"),
        "family": _("a swollen main artery in the family"),
    },
    "testicle_pain": {"sudden": _("sudden pain in a testicle")},
    "abd_pulse": {"yes": _("a strong beat in the belly")},
    "joint_hot": {"yes": _("a hot, red and swollen joint")},
    "limp": {"yes": _("a limp")},
}
UNSPOKEN: Final = frozenset({"pain_areas", "age_years", "duration_band", "nprs_worst", "pain_ease"})
"""Emergency rules read these too. The places are said apart; the rest the doctor asks, and finds on the page to show."""

BLADDER_AND_BOWEL: Final = frozenset({"ces_saddle", "ces_bladder", "ces_bowel"})
"""For these the patient is told to ask for a scan (clinical.md 1)."""


def phrases(answers: Mapping[str, Any], form: Questionnaire) -> list[str]:
    """Return the answers as phrases, in the order of the questionnaire, each once."""
    said: dict[str, None] = {}
    for question_id in form.questions:
        value = answers.get(question_id)
        phrase = PHRASES.get(question_id, {}).get(value) if isinstance(value, str) else None
        if phrase is None:
            continue
        text = str(phrase)
        if question_id in BLADDER_AND_BOWEL:
            text = _("%(what)s (%(when)s)") % {"what": text, "when": WHEN[str(value)]}
        said[text] = None
    return list(said)
