"""A connection: one set of credentials on one platform. Everything mirrored hangs on it."""

from __future__ import annotations

import secrets
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import pgettext_lazy

from channels.capabilities import has
from channels.platform import Platform
from channels.registry import PLATFORMS
from dashboard.core.crypto import EncryptedJSONField, EncryptedTextField

# What pages never need of a connection; reading it would decrypt it for every row.
SECRETS = ("credentials", "token", "callback_secrets", "callback_key")


def new_callback_key() -> str:
    """An unguessable part of a callback address: 192 bits."""
    return secrets.token_urlsafe(24)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Questions about connections."""

    def visible_to(self, user: Any) -> Self:
        """Those that a person may see; nobody signed in sees none."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.has_every_connection else self.filter(people=user)

    def at_work(self) -> Self:
        """Those that are refreshed and sent to."""
        return self.filter(state=Connection.ACTIVE)


class Connection(models.Model):
    """Credentials on one platform, with its address, options, bent routes and callback secrets.

    `state` is active, paused (a person), reauth_needed (the platform refused the credentials) or disabled (a person;
    not even its callbacks are taken). `version` grows with every change, so that processes open the channel anew.
    `check_points` is what the last live probe found; `clock_skew` by how many seconds the platform is ahead of us,
    `push_skew` the same by the time that its last authentic push was signed with.
    """

    ACTIVE, PAUSED, REAUTH_NEEDED, DISABLED = "active", "paused", "reauth_needed", "disabled"

    platform = models.CharField(max_length=40)
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    base_url = models.URLField(max_length=300)
    credentials = EncryptedJSONField(default=dict)
    options = models.JSONField(default=dict, blank=True)
    routes = models.JSONField(default=dict, blank=True)
    confirmed_routes = models.JSONField(default=list, blank=True)
    callback_key = models.CharField(max_length=120, unique=True, default=new_callback_key)
    callback_secrets = EncryptedJSONField(default=list)
    refused_callbacks = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, default=ACTIVE)
    state_reason = models.CharField(max_length=500, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    token = EncryptedTextField(null=True, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    token_locked_until = models.DateTimeField(null=True, blank=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="connections", blank=True)
    version = models.PositiveIntegerField(default=1)
    check_asked_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_points = models.JSONField(default=list, blank=True)
    clock_skew = models.IntegerField(null=True, blank=True)
    clock_skew_at = models.DateTimeField(null=True, blank=True)
    push_skew = models.IntegerField(null=True, blank=True)
    push_skew_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "connection")
        verbose_name_plural = pgettext_lazy("model", "connections")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def declared(self) -> Platform:
        """What the platform declares of itself."""
        return PLATFORMS[self.platform]

    @property
    def mark(self) -> str:
        """Two letters of the platform."""
        return self.declared.mark

    @property
    def is_at_work(self) -> bool:
        """Refreshed and sent to."""
        return self.state == self.ACTIVE

    def can(self, capability: type) -> bool:
        """Whether the connection's channel has a capability."""
        return has(self.declared.channel, capability)
