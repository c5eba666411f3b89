"""What the letters behind a name stand for, in plain words. Pure.

The degrees and licenses of physical therapy and its assistants, the specialists of the American Board of Physical Therapy
Specialties, and whom else such a clinic employs. What stands in no table is left as it is: the clinic may explain it in
the words about the person.
"""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_WORDS = {
    "PT": gettext_lazy("licensed physical therapist"),
    "DPT": gettext_lazy("Doctor of Physical Therapy, the degree of a physical therapist"),
    "MPT": gettext_lazy("Master of Physical Therapy, the degree of a physical therapist"),
    "MSPT": gettext_lazy("Master of Science in Physical Therapy, the degree of a physical therapist"),
    "PTA": gettext_lazy("licensed assistant of a physical therapist"),
    "OCS": gettext_lazy("board-certified specialist for bones, joints and muscles"),
    "SCS": gettext_lazy("board-certified specialist for sports"),
    "NCS": gettext_lazy("board-certified specialist for brain and nerves"),
    "GCS": gettext_lazy("board-certified specialist for older people"),
    "PCS": gettext_lazy("board-certified specialist for children"),
    "WCS": gettext_lazy("board-certified specialist for women’s health"),
    "ATC": gettext_lazy("certified athletic trainer"),
    "CSCS": gettext_lazy("certified coach for strength and conditioning"),
    "LMT": gettext_lazy("licensed massage therapist"),
}


def spelled_out(credentials: Iterable[str]) -> list[str]:
    """Return a line for each kind of letters that we know, in the order in which they are met: "DPT: Doctor of ..."."""
    met = dict.fromkeys(letters for each in credentials for letters in re.findall(r"[A-Za-z]+", each.upper()))
    return [_("%(letters)s: %(words)s.") % {"letters": one, "words": _WORDS[one]} for one in met if one in _WORDS]
