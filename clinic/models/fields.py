"""Field kinds that several tables share."""

import uuid
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class UidField(models.UUIDField):
    """The name of a row outside the database: in addresses, calendar files and letters, never the primary key."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default", uuid.uuid4)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time-zone data does not know."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name}, code="time_zone")


class TimeZoneField(models.CharField):
    """The name of a zone of the IANA time-zone data, such as America/Anchorage."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("validators", [validate_time_zone])
        super().__init__(**kwargs)
