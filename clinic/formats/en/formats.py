"""The formats; "am" for Django's "a.m." comes from `clinic/locale/en`. How days and times are typed stays Django's."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"  # 24 Nov 2026
TIME_FORMAT = "g:i a"  # 9:40 am
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "D j M Y, g:i a"  # Tue 24 Nov 2026, 9:40 am
MONTH_DAY_FORMAT = "j F"  # 24 November
YEAR_MONTH_FORMAT = "F Y"  # November 2026
