"""Figures that only grow, for monitoring."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One table."""

    dependencies = [("sync", "0011_connection_clock")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
        ),
    ]
