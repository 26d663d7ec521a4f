from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('regions', '0014_told_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='lease',
            name='of',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
    ]
