"""Where each feed stands, what each run did, and what could not be understood."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from dashboard.sync.models.connections import Connection
from dashboard.sync.models.mirrored import ScopedQuerySet


class FeedState(models.Model):
    """Where one feed of one connection stands: its cursor, its watermark, its lease.

    `cursor` is the platform's page cursor inside a run that was broken off; `watermark` the time from which the next
    incremental run asks; `alarm` a fault that a person must look at; `notice` what the last run could not see;
    `emptied_at` when a sweep saw nothing though many rows were alive, until another sweep confirms or denies it.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="feed_states")
    feed = models.CharField(max_length=40)
    cursor = models.TextField(blank=True)
    watermark = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_full_at = models.DateTimeField(null=True, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.PositiveIntegerField(default=0)
    fails = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    alarm = models.CharField(max_length=500, blank=True)
    notice = models.CharField(max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "state of a feed")
        verbose_name_plural = pgettext_lazy("model", "states of feeds")
        constraints = [models.UniqueConstraint(fields=["connection", "feed"], name="one_state_per_feed")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.feed}"


class Run(models.Model):
    """One execution of a feed with its counts, which are of the feed's main records."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    feed = models.CharField(max_length=40)
    is_full = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "run")
        verbose_name_plural = pgettext_lazy("model", "runs")
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="run_newest"),
            models.Index(fields=["connection", "feed", "-started_at"], name="run_of_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.started_at:%Y-%m-%d %H:%M}"


class Quarantined(models.Model):
    """A record that could not be understood: its payload (at most 64 KB), the path of the fault and the reason."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="quarantined")
    feed = models.CharField(max_length=40)
    record_remote_id = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    payload = models.TextField(blank=True)
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "quarantined record")
        verbose_name_plural = pgettext_lazy("model", "quarantined records")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "feed", "record_remote_id", "path"], name="one_quarantine_per_fault"
            )
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="quarantine_newest")]

    def __str__(self) -> str:
        return f"{self.feed} {self.record_remote_id or '?'} {self.path}"


class Change(models.Model):
    """What changed on a mirrored row, and when: `fields` maps a field to its old and new value."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    domain = models.CharField(max_length=40)
    remote_id = models.CharField(max_length=200)
    at = models.DateTimeField()
    fields = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "change")
        verbose_name_plural = pgettext_lazy("model", "changes")
        indexes = [models.Index(fields=["connection", "domain", "remote_id", "-at"], name="change_of_row")]

    def __str__(self) -> str:
        return f"{self.domain} {self.remote_id}"


class UnknownWord(models.Model):
    """A word of a platform that no table maps, with how often it came."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="unknown_words")
    feed = models.CharField(max_length=40)
    word = models.CharField(max_length=120)
    times = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "unknown word")
        verbose_name_plural = pgettext_lazy("model", "unknown words")
        constraints = [models.UniqueConstraint(fields=["connection", "feed", "word"], name="one_row_per_unknown_word")]

    def __str__(self) -> str:
        return self.word
