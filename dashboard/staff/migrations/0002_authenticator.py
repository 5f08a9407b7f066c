"""Devices of the second step in a table of our own, whose secrets are encrypted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import dashboard.core.crypto


class Migration(migrations.Migration):
    """One table."""

    dependencies = [("staff", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("confirmed", models.BooleanField(default=False)),
                ("secret", dashboard.core.crypto.EncryptedTextField(editable=False)),
                ("drift", models.SmallIntegerField(default=0)),
                ("last_step", models.BigIntegerField(default=-1)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authenticators",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "confirmed"), name="staff_authenticator_one")],
            },
        ),
    ]
