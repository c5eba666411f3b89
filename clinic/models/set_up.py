"""The mark of the set-up: what the clinic is, offers and keeps to, which hardly ever changes."""

import uuid

from django.db import models


class SetUpMark(models.Model):
    """One row, whose mark is another after each change of a table that declares `MarksSetUp`; only triggers write it.

    Do not alter this table: SQLite lets none be built anew that triggers of others name.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    mark = models.UUIDField(default=uuid.uuid4)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.mark)
