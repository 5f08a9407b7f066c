"""What could not be understood: records and words."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0002_feeds_and_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Quarantined",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feed", models.CharField(max_length=40)),
                ("record_remote_id", models.CharField(blank=True, max_length=200)),
                ("path", models.CharField(max_length=300)),
                ("reason", models.CharField(max_length=500)),
                ("payload", models.TextField(blank=True)),
                ("times", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="quarantined", to="sync.connection"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-at", "-id"], name="quarantine_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "feed", "record_remote_id", "path"), name="one_quarantine_per_fault"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UnknownWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("feed", models.CharField(max_length=40)),
                ("word", models.CharField(max_length=120)),
                ("times", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="unknown_words", to="sync.connection"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "feed", "word"), name="one_row_per_unknown_word")
                ],
            },
        ),
    ]
