"""Connections: credentials, options, routes, callback key and token."""

from django.conf import settings
from django.db import migrations, models

import dashboard.core.crypto
import dashboard.sync.models.connections


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.CharField(max_length=40)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=120)),
                ("base_url", models.URLField(max_length=300)),
                ("credentials", dashboard.core.crypto.EncryptedJSONField(default=dict, editable=False)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("routes", models.JSONField(blank=True, default=dict)),
                ("confirmed_routes", models.JSONField(blank=True, default=list)),
                (
                    "callback_key",
                    models.CharField(
                        default=dashboard.sync.models.connections.new_callback_key, max_length=120, unique=True
                    ),
                ),
                ("callback_secrets", dashboard.core.crypto.EncryptedJSONField(default=list, editable=False)),
                ("refused_callbacks", models.PositiveIntegerField(default=0)),
                ("state", models.CharField(default="active", max_length=20)),
                ("state_reason", models.CharField(blank=True, max_length=500)),
                ("state_at", models.DateTimeField(blank=True, null=True)),
                ("token", dashboard.core.crypto.EncryptedTextField(blank=True, editable=False, null=True)),
                ("token_expires_at", models.DateTimeField(blank=True, null=True)),
                ("token_locked_until", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("check_asked_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("check_points", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("people", models.ManyToManyField(blank=True, related_name="connections", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["title"],
            },
        ),
    ]
