from clinic import likeness
from django.db import migrations


def write_words(apps, schema_editor):
    """Write the words of the patients who are there."""
    Patient, PatientWord, WordKey = (apps.get_model("clinic", name) for name in ("Patient", "PatientWord", "WordKey"))
    known = set()
    rows, keys = [], []

    def flush():
        PatientWord.objects.bulk_create(rows, ignore_conflicts=True, batch_size=400)
        WordKey.objects.bulk_create(keys, ignore_conflicts=True, batch_size=400)
        rows.clear()
        keys.clear()

    fields = ("pk", "given_name", "family_name", "preferred_name", "phone", "email")
    for pk, given, family, preferred, phone, email in Patient.objects.values_list(*fields).iterator(chunk_size=500):
        names = likeness.words_of(given, family, preferred)
        found_by = set(names)
        if phone:
            found_by.add("#" + phone[-4:])
        if email:
            address = email.casefold()
            found_by |= {("@" + address)[:80], ("@" + address.partition("@")[0])[:80]}
        rows += [PatientWord(patient_id=pk, word=word) for word in found_by]
        keys += [WordKey(key=key, word=word) for word in names - known for key in likeness.keys_of(word)]
        known |= names
        if len(rows) > 2000:
            flush()
    flush()


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0023_find_patients'),
    ]

    operations = [
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
