"""`manage.py rotate_keys`: the change of keys, as docs/deploy.md tells it."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from clinic.models import Message
from tests.factories import make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_key(settings):
    return settings.FIELD_KEYS[0]


def test_rotate_keys_makes_the_old_key_unneeded(settings, old_key, capsys):
    uid = make_message(context={"name": "Ada"}).uid
    new_key = Fernet.generate_key().decode()

    settings.FIELD_KEYS = [new_key, old_key]
    call_command("rotate_keys")
    settings.FIELD_KEYS = [new_key]

    assert "values are now under the first key" in capsys.readouterr().out
    assert Message.objects.get(uid=uid).context == {"name": "Ada"}


def test_rotate_keys_says_which_value_has_no_key(settings):
    make_message(context={"name": "Ada"})
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match=r"clinic\.Message\.\w+ of row \d+ .* Put the missing key back"):
        call_command("rotate_keys")
