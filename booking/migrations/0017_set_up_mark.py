from django.db import migrations

from clinic.marks import MarksSetUp


class Migration(migrations.Migration):

    dependencies = [
        ("booking", "0016_by_day"),
        ("clinic", "0036_set_up_mark"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="workinghours",
            constraint=MarksSetUp(name="working_hours_mark_set_up"),
        ),
    ]
