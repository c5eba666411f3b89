"""The signs that cannot wait: one text for every page, letter and leaflet (clinical.md sections 5 and 10).

Published reviews found such lists uneven from leaflet to leaflet, so there is one, in plain words, also for private
parts. Change it here, with a clinician, and nowhere else.
"""

from django.utils.translation import gettext_lazy as _

# New or worse: an emergency room or the emergency number.
EMERGENCY_SIGNS = (
    _("numbness between your legs or around your bottom"),
    _("trouble peeing, leaking, or a bowel accident"),
    _("weakness in a leg, numbness in both legs, or you cannot put weight on the leg"),
    _("fever with back pain"),
    _("chest pain, trouble breathing, or passing out"),
    _("sudden ripping pain, or a change in your face or speech"),
    _("a leg that is swollen, or hard and tight"),
    _("pee the color of cola"),
)
# The clinic or a doctor, soon.
CALL_SIGNS = _("If you are no better in 2 weeks, worse each week, or kept up most nights by pain:")
