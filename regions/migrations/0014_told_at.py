from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('regions', '0013_failover_and_room'),
    ]

    operations = [
        migrations.AddField(
            model_name='stream',
            name='told_at',
            field=models.DateTimeField(null=True),
        ),
    ]
