import stat
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from cryptography.fernet import Fernet
from django import forms
from django.apps.registry import Apps
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from clinic.crypto import (
    BadKeys,
    CannotDecrypt,
    EncryptedJSONField,
    EncryptedTextField,
    decrypt,
    encrypt,
    encrypted_fields,
    load_or_make_keys,
    rotate,
)

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
registry = Apps()  # this table exists in these tests only


class Note(models.Model):
    text = EncryptedTextField(blank=True, default="")
    maybe = EncryptedTextField(null=True, blank=True)  # type: ignore[misc]  # our own models have no use for NULL here
    answers = EncryptedJSONField(default=dict, blank=True)
    perhaps = EncryptedJSONField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        app_label, apps = "secrets", registry


@pytest.fixture
def notes(transactional_db, settings) -> Iterator[None]:
    """Make the table for one test, and use one known key."""
    settings.FIELD_KEYS = [OLD]
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Note)


def stored(column: str) -> list[Any]:
    """Read a column as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {Note._meta.db_table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def store(column: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Note._meta.db_table} SET {column} = %s", [value])


# ------------------------------------------------------------------ tokens


@given(st.text(st.characters(codec="utf-8")))
def test_decrypt_gives_back_what_was_encrypted(text):
    assert decrypt(encrypt(text)) == text


def test_encrypt_hides_the_text():
    assert "fell down" not in encrypt("I fell down the stairs")
    assert encrypt("same") != encrypt("same")


def test_encrypt_leaves_empty_text_empty():
    assert (encrypt(""), decrypt("")) == ("", "")


def test_encrypt_replaces_half_a_surrogate_pair():
    assert decrypt(encrypt("a\ud800b")) == "a?b"


def test_decrypt_refuses_a_token_under_an_unknown_key(settings):
    settings.FIELD_KEYS = [OTHER]
    token = encrypt("secret")
    settings.FIELD_KEYS = [NEW, OLD]
    with pytest.raises(CannotDecrypt):
        decrypt(token)


@pytest.mark.parametrize("token", ["plain words", "gAAAAA", "x" * 200, "\x00", "…"])
def test_decrypt_refuses_what_is_no_token(token):
    with pytest.raises(CannotDecrypt):
        decrypt(token)


def test_decrypt_refuses_a_changed_token():
    token = encrypt("secret")
    with pytest.raises(CannotDecrypt):
        decrypt(token[:40] + ("A" if token[40] != "A" else "B") + token[41:])


def test_decrypt_opens_with_any_key_and_encrypt_uses_the_first(settings):
    settings.FIELD_KEYS = [OLD]
    old_token = encrypt("old")
    settings.FIELD_KEYS = [NEW, OLD]
    assert decrypt(old_token) == "old"
    assert Fernet(NEW).decrypt(encrypt("new")) == b"new"


@pytest.mark.parametrize("keys", [[], ["not a key"], [OLD, ""], ["ü" * 44]])
def test_encrypt_without_good_keys_raises_bad_keys(settings, keys):
    settings.FIELD_KEYS = keys
    with pytest.raises(BadKeys) as caught:
        encrypt("secret")
    assert isinstance(caught.value, ImproperlyConfigured)
    assert all(key not in str(caught.value) for key in keys if key)


# ------------------------------------------------------------------ fields


def test_encrypted_fields_store_tokens_and_read_values(notes):
    made = Note.objects.create(text="knee pain", answers={"numb": ["both"], "score": 7, "sure": None})
    read = Note.objects.get(pk=made.pk)
    assert (read.text, read.answers) == ("knee pain", {"numb": ["both"], "score": 7, "sure": None})
    assert "knee pain" not in str(stored("text"))
    assert '"numb"' not in str(stored("answers"))
    assert Fernet(OLD).decrypt(stored("answers")[0]) == b'{"numb":["both"],"score":7,"sure":null}'


@pytest.mark.parametrize("text", ["a\x00b", "😀 \u200f\u05e9\u05dc", "%s %% '\"\\", "x" * 100_000, "\n"])
def test_encrypted_text_keeps_hostile_text(notes, text):
    Note.objects.create(text=text, answers=[text])
    assert Note.objects.values_list("text", "answers").get() == (text, [text])


def test_encrypted_fields_store_none_and_empty_text_as_they_are(notes):
    Note.objects.create(text="", maybe=None, perhaps=None)
    assert (stored("text"), stored("maybe"), stored("perhaps")) == ([""], [None], [None])
    assert Note.objects.values_list("text", "maybe", "perhaps").get() == ("", None, None)


@pytest.mark.parametrize("value", ["", 0, False, [], {}, "text", 1.5])
def test_encrypted_json_keeps_what_is_empty_but_said(notes, value):
    Note.objects.create(answers=value)
    read = Note.objects.get().answers
    assert (read, type(read)) == (value, type(value))


def test_encrypted_fields_work_in_every_way_of_writing(notes):
    made = Note.objects.bulk_create([Note(text="one"), Note(text="two")])
    Note.objects.filter(pk=made[0].pk).update(text="uno", answers={"n": 1})
    made[1].text, made[1].answers = "due", {"n": 2}
    Note.objects.bulk_update([made[1]], ["text", "answers"])
    assert list(Note.objects.order_by("pk").values_list("text", "answers")) == [("uno", {"n": 1}), ("due", {"n": 2})]
    assert all(Fernet(OLD).decrypt(token) for token in stored("text") + stored("answers"))


def test_encrypted_fields_are_read_by_values_and_only(notes):
    Note.objects.create(text="knee")
    assert list(Note.objects.values("text")) == [{"text": "knee"}]
    assert Note.objects.values_list("text", flat=True).get() == "knee"
    assert Note.objects.only("text").get().text == "knee"


def test_encrypted_field_under_an_unknown_key_says_where(notes, settings):
    Note.objects.create(text="knee")
    settings.FIELD_KEYS = [OTHER]
    with pytest.raises(CannotDecrypt, match=r"secrets\.Note\.text"):
        Note.objects.get()


def test_encrypted_json_never_reads_what_is_no_token(notes):
    Note.objects.create(answers={"numb": "no"})
    store("answers", '{"numb": "yes"}')
    with pytest.raises(CannotDecrypt, match=r"secrets\.Note\.answers"):
        Note.objects.get()


def test_encrypted_json_never_reads_a_token_that_holds_no_json(notes):
    Note.objects.create(text="knee", answers={"numb": "no"})
    store("answers", stored("text")[0])
    with pytest.raises(CannotDecrypt, match=r"secrets\.Note\.answers"):
        Note.objects.get()


@pytest.mark.parametrize(
    "lookup",
    [
        {"text": "knee"},
        {"text": None},
        {"text__icontains": "knee"},
        {"text__in": ["knee"]},
        {"text__gt": ""},
        {"text__length": 4},
        {"answers": {}},
        {"answers__numb": "yes"},
        {"answers__contains": "yes"},
        {"text": models.F("maybe")},
    ],
    ids=str,
)
def test_encrypted_fields_refuse_lookups(lookup):
    with pytest.raises(FieldError, match="is encrypted"):
        Note.objects.filter(**lookup)


def test_encrypted_fields_can_be_tested_for_null(notes):
    Note.objects.create(maybe="knee", perhaps={})
    Note.objects.create()
    counts = [
        Note.objects.filter(**{f"{name}__isnull": empty}).count()
        for name in ("maybe", "perhaps")
        for empty in (True, False)
    ]
    assert counts == [1, 1, 1, 1]


@pytest.mark.parametrize("option", [{"unique": True}, {"db_index": True}, {"primary_key": True}], ids=str)
def test_encrypted_fields_cannot_be_unique_or_indexed(option):
    class Key(models.Model):
        code = EncryptedTextField(**option)

        class Meta:
            app_label, apps = "secrets", Apps()

    assert [error.id for error in Key._meta.get_field("code").check()] == ["clinic.E101"]


def test_encrypted_fields_pass_their_checks():
    assert [error for field in encrypted_fields(Note) for error in field.check()] == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (EncryptedTextField(blank=True, default=""), 'clinic.crypto.EncryptedTextField(blank=True, default="")'),
        (EncryptedJSONField(default=dict), "clinic.crypto.EncryptedJSONField(default=dict)"),
    ],
    ids=["text", "json"],
)
def test_encrypted_fields_are_written_into_migrations(field, text):
    written, imports = MigrationWriter.serialize(field)
    assert (written.replace("''", '""'), imports) == (text, {"import clinic.crypto"})


def test_encrypted_fields_can_be_added_to_a_table_with_rows(notes):
    Note.objects.create()
    added = EncryptedTextField(default="said before")
    added.set_attributes_from_name("added")
    added.model = Note
    with connection.schema_editor() as editor:
        editor.add_field(Note, added)
    assert decrypt(stored("added")[0]) == "said before"


def test_encrypted_fields_go_through_fixtures(notes):
    Note.objects.create(text="knee", answers={"numb": ["no"]})
    dumped = serializers.serialize("python", Note.objects.all())
    assert dumped[0]["fields"]["text"] == "knee"
    assert dumped[0]["fields"]["answers"] == {"numb": ["no"]}


# ------------------------------------------------------------------ forms and the admin


def test_encrypted_fields_are_textareas_in_the_admin():
    options = admin.ModelAdmin(Note, admin.AdminSite())
    request = RequestFactory().get("/")
    widgets = [options.formfield_for_dbfield(field, request).widget for field in encrypted_fields(Note)]  # type: ignore[union-attr]
    assert [type(widget) for widget in widgets] == [AdminTextareaWidget] * 4


def test_encrypted_fields_are_saved_by_a_form(notes):
    form_class = forms.modelform_factory(Note, fields=["text", "answers"])
    saved = form_class({"text": "knee", "answers": '{"numb": "no"}'}).save()
    assert (saved.text, saved.answers) == ("knee", {"numb": "no"})
    shown = str(form_class(instance=Note.objects.get()))
    assert "knee" in shown
    assert "{&quot;numb&quot;: &quot;no&quot;}" in shown


def test_encrypted_json_form_refuses_what_is_no_json():
    form = forms.modelform_factory(Note, fields=["answers"])({"answers": "{numb"})
    assert form.errors == {"answers": ["Enter a valid JSON."]}


# ------------------------------------------------------------------ rotation


def test_rotate_brings_every_value_under_the_first_key(notes, settings):
    made = [Note.objects.create(text=f"note {number}", answers=[number]) for number in range(5)]
    Note.objects.create()  # its answers are {}, its text is empty
    settings.FIELD_KEYS = [NEW, OLD]
    assert rotate(Note, batch=2) == 11
    settings.FIELD_KEYS = [NEW]
    assert [note.text for note in Note.objects.order_by("pk")] == [note.text for note in made] + [""]
    assert [Fernet(NEW).decrypt(token) for token in stored("answers")] == [
        b"[0]",
        b"[1]",
        b"[2]",
        b"[3]",
        b"[4]",
        b"{}",
    ]


def test_rotate_changes_nothing_the_second_time(notes, settings):
    Note.objects.create(text="knee")
    settings.FIELD_KEYS = [NEW, OLD]
    assert [rotate(Note), rotate(Note)] == [2, 0]


def test_rotate_leaves_a_value_that_is_written_meanwhile(notes, settings):
    note = Note.objects.create(text="before")
    settings.FIELD_KEYS = [NEW, OLD]
    written: list[str] = []

    def write_first(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and not written:
            written.append(sql)
            Note.objects.filter(pk=note.pk).update(text="meanwhile")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(write_first):
        rotate(Note)
    assert len(written) == 1
    assert Note.objects.get().text == "meanwhile"


def test_rotate_names_the_row_no_key_opens(notes, settings):
    settings.FIELD_KEYS = [OTHER]
    note = Note.objects.create(text="knee")
    settings.FIELD_KEYS = [NEW, OLD]
    with pytest.raises(CannotDecrypt, match=rf"secrets\.Note\.text of row {note.pk} "):
        rotate(Note)


# ------------------------------------------------------------------ the key file


def test_load_or_make_keys_makes_a_key_once_for_the_owner_only(tmp_path):
    path = tmp_path / "var" / "field_keys"
    made = load_or_make_keys(path)
    assert load_or_make_keys(str(path)) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Fernet(made[0]).decrypt(Fernet(made[0]).encrypt(b"works")) == b"works"
    assert [file.name for file in path.parent.iterdir()] == ["field_keys"]


def test_load_or_make_keys_reads_all_keys_in_order(tmp_path):
    path = tmp_path / "field_keys"
    path.write_text(f"{NEW}\n{OLD}\n")
    assert load_or_make_keys(path) == [NEW, OLD]


@pytest.mark.parametrize("content", ["", "not a key\n", f"{OLD[:20]}\n"], ids=["empty", "words", "half a key"])
def test_load_or_make_keys_refuses_a_broken_file_and_keeps_it(tmp_path, content):
    path = tmp_path / "field_keys"
    path.write_text(content)
    with pytest.raises(BadKeys):
        load_or_make_keys(path)
    assert path.read_text() == content


def test_load_or_make_keys_by_processes_that_start_at_once_gives_one_key(tmp_path):
    path = tmp_path / "field_keys"
    program = (
        "import sys\n"
        "from clinic.crypto import load_or_make_keys\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "print(load_or_make_keys(sys.argv[1]), flush=True)\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate()[0] for process in processes}
    assert answers == {f"{load_or_make_keys(path)}\n"}
