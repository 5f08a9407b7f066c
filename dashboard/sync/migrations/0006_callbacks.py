"""What platforms push."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0005_commands_and_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="Callback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=60)),
                ("dedupe_key", models.CharField(max_length=200)),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField()),
                ("is_hint", models.BooleanField(default=False)),
                ("state", models.CharField(default="received", max_length=20)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("outcome", models.CharField(blank=True, max_length=300)),
                ("received_at", models.DateTimeField()),
                ("processed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="callbacks", to="sync.connection"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-received_at", "-id"], name="callback_newest"),
                    models.Index(condition=models.Q(("state", "received")), fields=["id"], name="callback_waiting"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "event", "dedupe_key"), name="callback_once")
                ],
            },
        ),
    ]
