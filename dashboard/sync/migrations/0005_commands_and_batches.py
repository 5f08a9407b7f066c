"""What staff intend, one by one and in bulk edits."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import dashboard.core.crypto


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("sync", "0004_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("skipped", models.JSONField(default=list)),
                ("form_key", models.CharField(blank=True, max_length=120, null=True, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at", "-id"], name="batch_newest")],
                "verbose_name_plural": "batches",
            },
        ),
        migrations.CreateModel(
            name="Command",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("target", models.CharField(max_length=240)),
                ("target_label", models.CharField(blank=True, max_length=240)),
                ("lane", models.CharField(blank=True, max_length=300, null=True)),
                ("summary", models.CharField(blank=True, max_length=300)),
                ("payload", dashboard.core.crypto.EncryptedJSONField(default=dict, editable=False)),
                ("payload_digest", models.CharField(max_length=64)),
                ("form_key", models.CharField(blank=True, max_length=120, null=True, unique=True)),
                ("state", models.CharField(default="queued", max_length=20)),
                ("priority", models.SmallIntegerField(default=0)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("sent_attempt", models.PositiveIntegerField(default=0)),
                ("tries_left", models.PositiveSmallIntegerField(default=8)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("absences", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField()),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=1000)),
                ("before", models.JSONField(default=dict)),
                ("receipt", models.JSONField(default=dict)),
                ("evidence", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="commands",
                        to="sync.batch",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="commands", to="sync.connection"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="command_newest"),
                    models.Index(fields=["connection", "target", "-id"], name="command_of_target"),
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sending", "unknown"])),
                        fields=["not_before", "id"],
                        name="command_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["queued", "sending", "unknown", "rejected", "failed", "needs_review"])
                        ),
                        fields=["-id"],
                        name="command_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["sending", "unknown"])),
                        fields=("connection", "lane"),
                        name="one_in_flight_per_lane",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "sending", "unknown", "needs_review"])),
                        fields=("connection", "kind", "target", "payload_digest"),
                        name="one_unfinished_per_payload",
                    ),
                ],
            },
        ),
    ]
