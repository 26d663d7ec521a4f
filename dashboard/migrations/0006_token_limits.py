from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dashboard", "0005_provider_sessions"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="writes",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="used_from",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
