"""A health came between: those after it rank one lower."""

from django.db import migrations
from django.db.models import F

FIRST = 2  # where Contradicted stands


def _lower(apps, schema_editor):
    for model in ("Resource", "Version"):
        apps.get_model("regions", model).objects.filter(rank__gte=FIRST).update(rank=F("rank") + 1)


def _raise(apps, schema_editor):
    for model in ("Resource", "Version"):
        rows = apps.get_model("regions", model).objects
        rows.filter(rank=FIRST).update(health="Ready", rank=8)
        rows.filter(rank__gt=FIRST).update(rank=F("rank") - 1)


class Migration(migrations.Migration):
    dependencies = [("regions", "0006_what_holds_back")]

    operations = [migrations.RunPython(_lower, _raise)]
