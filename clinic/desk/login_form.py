"""The form of the staff login, which stops looking at passwords after too many wrong ones."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import login_gate


class LoginForm(AdminAuthenticationForm):
    """Name and password. `refused` says that the password was not looked at."""

    refused = False

    def clean(self) -> dict[str, Any]:
        """Count the try, then look at the password."""
        name, request, now = self.cleaned_data.get("username"), self.request, timezone.now()
        if not name or not self.cleaned_data.get("password") or request is None:
            return super().clean()
        try:
            tried = login_gate.begin(name=name, request=request, now=now)
        except login_gate.TooManyTries:
            self.refused = True
            raise ValidationError(_("That was not right too many times. Wait 15 minutes, then try again.")) from None
        try:
            given = super().clean()
        except ValidationError:
            login_gate.fail(name=name, request=request, now=now)
            raise
        login_gate.succeed(tried=tried, now=now)
        return given
