"""Say of the visits that are there what they give, so that limits a day count them."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps: Any, _editor: Any) -> None:
    """Take the service and the mode from the visit; one that is not offered in that mode any more gives nothing."""
    blocks, visits = apps.get_model("booking", "Block"), apps.get_model("booking", "Appointment")
    offers = apps.get_model("clinic", "ServiceMode")
    of_visit = offers.objects.filter(service=OuterRef("service_id"), mode=OuterRef("mode")).values("pk")[:1]
    offer = visits.objects.filter(block_id=OuterRef("pk")).annotate(offer=Subquery(of_visit)).values("offer")[:1]
    blocks.objects.filter(appointment__isnull=False, offer__isnull=True).update(offer_id=Subquery(offer))


class Migration(migrations.Migration):
    """Rows only: in one transaction with the new column PostgreSQL would refuse it."""

    dependencies = [("booking", "0009_hours_on_a_date")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
