"""The versions of the texts that patients agree to, by the day each is in effect from."""

import datetime as dt

# The text of templates/site/privacy.html; consents name it as their version.
PRIVACY_NOTICE = dt.date(2026, 11, 22)
