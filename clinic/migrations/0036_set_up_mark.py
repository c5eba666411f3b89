import uuid

import django.db.models.deletion
from django.db import migrations, models

from clinic.marks import MarksSetUp

RULES = [
    ("clinic", "clinic_marks_set_up"),
    ("location", "location_marks_set_up"),
    ("room", "room_marks_set_up"),
    ("openinghours", "opening_hours_mark_set_up"),
    ("closure", "closure_marks_set_up"),
    ("practitioner", "practitioner_marks_set_up"),
    ("licence", "licence_marks_set_up"),
    ("service", "service_marks_set_up"),
    ("servicemode", "service_mode_marks_set_up"),
    ("givenby", "given_by_marks_set_up"),
    ("travelzone", "travel_zone_marks_set_up"),
    ("zonepostalcode", "zone_postal_code_marks_set_up"),
    ("zoneminutes", "zone_minutes_mark_set_up"),
]


class Migration(migrations.Migration):

    dependencies = [
        ("clinic", "0035_stand_ins"),
    ]

    operations = [
        # First of all, for the triggers name its table.
        migrations.CreateModel(
            name="SetUpMark",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("mark", models.UUIDField(default=uuid.uuid4)),
            ],
            options={"default_permissions": ()},
        ),
        # The table is there, as Django made it for the field; now it is a model's, so that it can declare its rule.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="GivenBy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "practitioner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="clinic.practitioner",
                            ),
                        ),
                        (
                            "servicemode",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="clinic.servicemode",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "service given by",
                        "verbose_name_plural": "services given by",
                        "db_table": "clinic_servicemode_practitioners",
                        "default_permissions": (),
                        "unique_together": {("servicemode", "practitioner")},
                    },
                ),
                migrations.AlterField(
                    model_name="servicemode",
                    name="practitioners",
                    field=models.ManyToManyField(
                        blank=True,
                        related_name="service_modes",
                        through="clinic.GivenBy",
                        to="clinic.practitioner",
                    ),
                ),
            ],
        ),
        *(migrations.AddConstraint(model_name=model, constraint=MarksSetUp(name=name)) for model, name in RULES),
    ]
