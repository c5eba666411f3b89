from django.db import migrations, models

from intake.models.guides import address_key


def write_keys(apps, _editor):
    """Write by what the addresses that are there already are found."""
    rows = apps.get_model("intake", "GuideRequest").objects
    for pk, email in list(rows.values_list("pk", "email")):
        rows.filter(pk=pk).update(address_key=address_key(email))


class Migration(migrations.Migration):

    dependencies = [
        ("intake", "0012_left_in_the_middle"),
    ]

    operations = [
        migrations.AddField(
            model_name="guiderequest",
            name="address_key",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        # Before the rows are written: PostgreSQL would not build it after, in the same transaction.
        migrations.AddIndex(
            model_name="guiderequest", index=models.Index(fields=["address_key"], name="guide_by_address")
        ),
        migrations.RunPython(write_keys, migrations.RunPython.noop, elidable=True),
    ]
