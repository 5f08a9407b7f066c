"""The last requests and answers of a connection, its rate limits, and the signs of life of workers."""

from __future__ import annotations

from django.db import models, transaction
from django.utils.translation import pgettext_lazy

from dashboard.sync.models.callbacks import Callback
from dashboard.sync.models.commands import Command
from dashboard.sync.models.connections import Connection
from dashboard.sync.models.feeds import Run
from dashboard.sync.models.mirrored import ScopedQuerySet


class Exchange(models.Model):
    """One request and its answer, scrubbed and capped, with what made it."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="exchanges", db_index=False)
    command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="exchanges")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="exchanges")
    callback = models.ForeignKey(Callback, on_delete=models.SET_NULL, null=True, related_name="exchanges")
    route = models.CharField(max_length=80)
    method = models.CharField(max_length=10)
    url = models.TextField()
    request_headers = models.JSONField(default=dict)
    request_body = models.TextField(blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "exchange")
        verbose_name_plural = pgettext_lazy("model", "exchanges")
        indexes = [
            models.Index(fields=["connection", "-at", "-id"], name="exchange_newest"),
            models.Index(fields=["connection", "route", "-at"], name="exchange_of_route"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status or self.error}"


class RateBucket(models.Model):
    """One rate limit of one connection, shared by all processes.

    `remaining` of `limit` calls are left until `reset_at`; nobody calls before `paused_until` (a 429) or `open_until`
    (the breaker, after `failures` in a row).
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="rate_buckets")
    bucket = models.CharField(max_length=60)
    limit = models.PositiveIntegerField(null=True)
    remaining = models.IntegerField(null=True)
    reset_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "rate limit")
        verbose_name_plural = pgettext_lazy("model", "rate limits")
        constraints = [models.UniqueConstraint(fields=["connection", "bucket"], name="one_row_per_bucket")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.bucket}"


class Heartbeat(models.Model):
    """When a task last came through the broker and was done: progress, not presence."""

    name = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = pgettext_lazy("model", "heartbeat")
        verbose_name_plural = pgettext_lazy("model", "heartbeats")

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """A figure that only grows, such as wake-ups that the broker did not take."""

    LOST_WAKES, NEW_STARTS, SIGNS = "lost wakes", "new starts", "signs of life"

    name = models.CharField(max_length=80, unique=True)
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = pgettext_lazy("model", "tally")
        verbose_name_plural = pgettext_lazy("model", "tallies")

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @classmethod
    def grow(cls, name: str) -> None:
        """One more. Raises `DatabaseError`, and then a transaction around it still stands."""
        with transaction.atomic():
            row, _created = cls.objects.get_or_create(name=name)
            cls.objects.filter(pk=row.pk).update(number=models.F("number") + 1)

    @classmethod
    def of(cls, name: str) -> int:
        """How far it has grown."""
        return cls.objects.filter(name=name).values_list("number", flat=True).first() or 0
