"""The person who works here, and the trail of what people did."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.core.crypto import EncryptedTextField
from dashboard.staff import permissions
from dashboard.staff.permissions import role_choices


def language_choices() -> list[tuple[str, Any]]:
    """The languages of the dashboard; the empty one follows the browser."""
    return [("", _("As the browser says")), *settings.LANGUAGES]


def theme_choices() -> list[tuple[str, Any]]:
    """Light, dark, or what the device says."""
    return [("", _("As the device says")), ("light", _("Light")), ("dark", _("Dark"))]


def valid_time_zone(name: str) -> None:
    """Raise ValidationError unless the IANA database knows the zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("There is no time zone of this name."))


class User(AbstractUser):
    """A member of staff: signs in by name, works in one role, sees all connections or those named."""

    role = models.CharField(_("role"), max_length=20, choices=role_choices, default=permissions.VIEWER)
    sees_all_connections = models.BooleanField(_("sees all connections"), default=False)
    language = models.CharField(_("language"), max_length=10, blank=True, choices=language_choices)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[valid_time_zone])
    theme = models.CharField(_("theme"), max_length=10, blank=True, choices=theme_choices)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = pgettext_lazy("model", "person")  # type: ignore[assignment]
        verbose_name_plural = pgettext_lazy("model", "people")  # type: ignore[assignment]
        ordering = ("username",)
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="staff_user_username",
                violation_error_message=_("Someone already has this user name."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="staff_user_email",
                condition=~models.Q(email=""),
                violation_error_message=_("Someone already has this e-mail address."),
            ),
        ]

    def may(self, code: str) -> bool:
        """Whether the person holds a permission; an unknown code raises KeyError."""
        holders = permissions.HOLDERS[code]
        return self.is_active and (self.is_superuser or self.role in holders)

    @property
    def has_every_connection(self) -> bool:
        """Whether no list of visible connections limits the person."""
        return self.is_superuser or self.sees_all_connections

    @property
    def label(self) -> str:
        """The name that pages show: the full name where there is one."""
        return self.get_full_name() or self.username

    def end_sessions(self) -> None:
        """Sign the person out everywhere, at the next request of each session."""
        self.session_epoch = models.F("session_epoch") + 1
        self.save(update_fields=["session_epoch"])
        self.refresh_from_db(fields=["session_epoch"])

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Django's session hash with the epoch added, so that sessions end without a new password."""
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("dashboard.staff.User.session", value, secret=secret, algorithm="sha256").hexdigest()


class Authenticator(models.Model):
    """A person's device for the second step: its secret (base32, encrypted) and what it last answered.

    At most one is confirmed and at most one is being set up. `dashboard.staff.two_factor` alone writes here.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="authenticators")
    confirmed = models.BooleanField(default=False)
    secret = EncryptedTextField()
    drift = models.SmallIntegerField(default=0)
    last_step = models.BigIntegerField(default=-1)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "second step")
        verbose_name_plural = pgettext_lazy("model", "second steps")
        constraints = [models.UniqueConstraint(fields=["user", "confirmed"], name="staff_authenticator_one")]

    def __str__(self) -> str:
        return f"device of {self.user_id}"


class RecoveryCode(models.Model):
    """The digest of one unused recovery code; a code that is used is deleted."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = pgettext_lazy("model", "recovery code")
        verbose_name_plural = pgettext_lazy("model", "recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="staff_recovery_code_digest")]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class AuditHead(models.Model):
    """The newest link of the audit chain: one row, locked by whoever appends."""

    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        verbose_name = pgettext_lazy("model", "head of the audit chain")
        verbose_name_plural = pgettext_lazy("model", "heads of the audit chain")

    def __str__(self) -> str:
        return f"{self.sequence} {self.digest}"


class AppendOnly(models.QuerySet["AuditEvent"]):
    """Rows that are written once: bulk change and removal are refused."""

    def update(self, **_values: Any) -> int:
        """Refuse; raises TypeError."""
        raise TypeError("The audit trail is append-only.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse; raises TypeError."""
        raise TypeError("The audit trail is append-only.")

    def bulk_update(self, *_args: Any, **_options: Any) -> int:
        """Refuse; raises TypeError."""
        raise TypeError("The audit trail is append-only.")


class AuditEvent(models.Model):
    """One thing that a person did or was refused. Written by `dashboard.staff.audit.audit` alone."""

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="audit_events"
    )
    actor_label = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=200, blank=True)
    target_label = models.CharField(max_length=200, blank=True)
    connection = models.CharField(max_length=100, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "audit event")
        verbose_name_plural = pgettext_lazy("model", "audit events")
        ordering = ("-sequence",)
        indexes = [
            models.Index(fields=["actor", "-sequence"], name="staff_audit_actor"),
            models.Index(fields=["verb", "-sequence"], name="staff_audit_verb"),
            models.Index(fields=["target_kind", "target_id", "-sequence"], name="staff_audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.verb} {self.target_label}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; raises TypeError for a row that already exists."""
        if not self._state.adding:
            raise TypeError("The audit trail is append-only.")
        super().save(*args, **(kwargs | {"force_insert": True}))

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse; raises TypeError."""
        raise TypeError("The audit trail is append-only.")
