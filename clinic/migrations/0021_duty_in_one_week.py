"""Keep shifts of duty also as moments of one week, and say after how long the second in line is alerted."""

from datetime import UTC, datetime, timedelta

from django.db import migrations, models

WEEK = datetime(2001, 1, 1, tzinfo=UTC)


def place(apps, schema_editor):
    """Work out the moments; of shifts in which one person was there twice at a time, the first in line stays."""
    DutyShift = apps.get_model("clinic", "DutyShift")
    kept = {}
    for row in DutyShift.objects.order_by("second", "weekday", "starts", "id"):
        midnight = WEEK + timedelta(days=row.weekday)
        row.week_from = midnight + timedelta(hours=row.starts.hour, minutes=row.starts.minute)
        row.week_until = midnight + timedelta(hours=row.ends.hour, minutes=row.ends.minute)
        others = kept.setdefault(row.user_id, [])
        if any(start < row.week_until and end > row.week_from for start, end in others):
            row.delete()
            continue
        others.append((row.week_from, row.week_until))
        row.save()


class Migration(migrations.Migration):
    dependencies = [("clinic", "0020_passed_to_a_pt")]

    operations = [
        migrations.AddField("dutyshift", "week_from", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("dutyshift", "week_until", models.DateTimeField(editable=False, null=True)),
        migrations.RunPython(place, migrations.RunPython.noop),
    ]
