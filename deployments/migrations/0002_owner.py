from django.conf import settings
from django.db import migrations, models


def by_name(apps, schema_editor):
    """Until now what somebody asked for was known by their name."""
    submissions = apps.get_model("deployments", "Submission").objects
    user = apps.get_model(*settings.AUTH_USER_MODEL.split("."))
    for pk, name in user.objects.values_list("pk", "username").iterator():
        submissions.filter(person=name).update(owner=pk)


class Migration(migrations.Migration):
    dependencies = [
        ("deployments", "0001_submissions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="owner",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(by_name, migrations.RunPython.noop),
    ]
