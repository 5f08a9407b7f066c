"""Signs of life of the workers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0008_rate_limits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
