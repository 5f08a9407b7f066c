"""Runs one feed of one connection: lease, pages, cursor, quarantine, gone, counts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels.errors import AuthFailed, ChannelError, NotSent, WireError
from channels.records import Bad, Page
from dashboard.core.scrub import scrub_text
from dashboard.sync.failpoints import failpoint
from dashboard.sync.feeds import Feed, Pull
from dashboard.sync.models import Connection, FeedState, Quarantined, Run
from dashboard.sync.opening import open_channel
from dashboard.sync.recorder import recording

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
MAX_PAGES = 20_000
MAX_SWEEPS = 3
MAX_WAITS = 3
MAX_PAYLOAD = 65_536  # characters of a record in quarantine
FEW = 20  # rows that an empty sweep may call gone at once; more only when a second one is empty too
CONFIRMS = timedelta(hours=1)
RETRY, MAX_RETRY = timedelta(seconds=30), timedelta(minutes=15)


class Stopped(Exception):
    """The feed was stopped by something a person must look at; the words say what."""


@dataclass
class _Sweep:
    """What the passes over all pages have seen: `ever` in all of them, `seen` and `totals` in this one."""

    ever: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)
    unseen: dict[str, None] = field(default_factory=dict)
    resumed: bool = False
    pages: int = 0
    nameless: bool = False
    stuck: bool = False
    doubted: bool = False

    @property
    def drifted(self) -> bool:
        """Pages shifted under the pass: the total changed, or fewer rows came than the platform counts."""
        return len(self.totals) > 1 or any(total > len(self.seen) for total in self.totals)

    def again(self) -> None:
        """Begin another pass."""
        self.seen, self.totals, self.pages, self.stuck = set(), set(), 0, False

    def note(self, page: Page[Any]) -> int:
        """Take a page in; gives how many of its records no pass had seen before."""
        self.pages += 1
        bad = {b.remote_id or f"?{self.pages} {b.path}" for b in page.bad}
        fresh = {r.remote_id for r in page.records} | bad
        new = len(fresh - self.ever)
        self.stuck = self.stuck or (bool(fresh) and fresh <= self.seen)
        self.bad |= bad
        self.nameless = self.nameless or any(not b.remote_id for b in page.bad)
        self.ever |= fresh
        self.seen |= fresh
        self.unseen.update(dict.fromkeys(page.unseen))
        if page.total is not None:
            self.totals.add(page.total)
        return new


def refresh(connection: Connection, feed: Feed, *, full: bool = False, purpose: str = "refresh") -> Run | None:
    """Run a feed now and give its finished `Run`; `None` when another process is at it.

    Never raises for what a platform does: the run's `error` says it in one line, and the feed's state when to go on.
    """
    state = _lease(connection, feed)
    if state is None:
        return None
    is_full = full or _sweep_is_due(state, feed)
    _close_dead(connection, feed)
    run = Run.objects.create(connection=connection, feed=feed.name, is_full=is_full, started_at=timezone.now())
    with recording(connection, run=run.pk):
        try:
            sweep = _run(connection, feed, state, run, restart=full, purpose=purpose)
        except (ChannelError, Stopped) as error:
            _failed(connection, feed, state, run, error)
        except Exception as error:
            log.exception("Feed %s of %s broke", feed.name, connection.slug)
            fault = f"{type(error).__name__}: {error}"
            _failed(
                connection,
                feed,
                state,
                run,
                Stopped(gettext_noop("A fault of the dashboard: %(fault)s") % {"fault": fault}),
            )
        else:
            _succeeded(connection, feed, state, run, sweep)
    return run


# -- one run ---------------------------------------------------------------------------------------------------------


def _run(connection: Connection, feed: Feed, state: FeedState, run: Run, *, restart: bool, purpose: str) -> _Sweep:
    channel = open_channel(connection, purpose)
    sweep = _Sweep(resumed=bool(state.cursor) and not restart)
    _pages(connection, feed, state, run, channel, sweep, state.cursor if sweep.resumed else "", purpose)
    if not run.is_full or sweep.resumed:
        return sweep
    for _ in range(MAX_SWEEPS - 1):
        if not sweep.drifted:
            break
        sweep.again()
        _pages(connection, feed, state, run, channel, sweep, "", purpose)
    failpoint("before_gone")
    if sweep.unseen or sweep.nameless or (sweep.stuck and sweep.drifted):
        return sweep  # what nobody could identify, or was never shown, may be any row: none is called gone
    sweep.doubted = not sweep.ever and state.emptied_at is None and feed.alive(connection) > FEW
    run.gone = 0 if sweep.doubted else feed.mark_gone(connection, sweep.ever, run.started_at)
    return sweep


def _pages(
    connection: Connection,
    feed: Feed,
    state: FeedState,
    run: Run,
    channel: Any,
    sweep: _Sweep,
    after: str,
    purpose: str,
) -> None:
    """Pull page after page; each page's rows, quarantine, cursor and counts are one transaction."""
    since = None if run.is_full or state.watermark is None else state.watermark - feed.overlap
    passed: set[str] = set()
    while True:
        read_at = timezone.now()
        page = _patiently(feed, Pull(connection, channel, after or None, since, run.is_full), purpose)
        _guard(page, passed)
        with transaction.atomic():
            _take(connection, feed, run, sweep, page, read_at)
            _advance(state, page.next or "")
            run.save()
            failpoint("page_before_commit")
        failpoint("page_after_commit")
        if page.next is None:
            return
        after = page.next
        passed.add(after)


def _patiently(feed: Feed, pull: Pull, purpose: str) -> Page[Any]:
    """A page. In the foreground a refused rate is waited for, which the channel's limiter does: the page is due again.

    A wait that is longer than its patience raises `NotSent` without a call.
    """
    for _ in range(MAX_WAITS if purpose == "foreground" else 0):
        try:
            return feed.pull(pull)
        except NotSent as error:
            if not error.rate_limited:
                raise
    return feed.pull(pull)


def _guard(page: Page[Any], passed: set[str]) -> None:
    """Refuse what cannot be right: too many bad records, a cursor that comes again, pages without end."""
    size = len(page.records) + len(page.bad)
    if len(page.bad) > 1 and len(page.bad) * 5 > size:
        first = page.bad[0]
        words = gettext_noop(
            "%(bad)s of %(size)s records of a page are unlike the document (%(path)s – %(reason)s). "
            "Nothing of that page was stored."
        )
        raise Stopped(words % {"bad": len(page.bad), "size": size, "path": first.path, "reason": first.reason})
    if page.next is not None and page.next in passed:
        raise Stopped(gettext_noop("The platform gave the same page cursor twice; the run was stopped."))
    if len(passed) >= MAX_PAGES:
        raise Stopped(gettext_noop("More than %(n)s pages; the run was stopped.") % {"n": MAX_PAGES})


def _take(connection: Connection, feed: Feed, run: Run, sweep: _Sweep, page: Page[Any], read_at: datetime) -> None:
    counts = feed.upsert(connection, page.records, read_at)
    run.pages += 1
    run.seen += sweep.note(page)
    run.created += counts.created
    run.changed += counts.changed
    quarantine(connection, feed.name, page.bad)
    release(connection, feed.name, [record.remote_id for record in page.records])
    run.quarantined = len(sweep.bad)
    run.unchanged = max(0, run.seen - run.created - run.changed - run.quarantined)


def quarantine(connection: Connection, feed: str, bad: tuple[Bad, ...]) -> None:
    """Keep what could not be understood, once per record and fault."""
    for one in bad:
        row, created = Quarantined.objects.get_or_create(
            connection=connection,
            feed=feed,
            record_remote_id=one.remote_id[:200],
            path=one.path[:300],
            defaults={
                "reason": one.reason[:500],
                "payload": scrub_text(_payload(one), MAX_PAYLOAD),
                "at": timezone.now(),
            },
        )
        if not created:
            Quarantined.objects.filter(pk=row.pk).update(times=F("times") + 1, reason=one.reason[:500])


def release(connection: Connection, feed: str, remote_ids: list[str]) -> None:
    """Records that are understood now leave the quarantine."""
    kept = Quarantined.objects.filter(connection=connection, feed=feed)
    if kept.exists():
        kept.filter(record_remote_id__in=remote_ids).exclude(record_remote_id="").delete()


def _payload(bad: Bad) -> str:
    return bad.raw.decode("utf-8", "replace").replace("\x00", "")


# -- lease and state -------------------------------------------------------------------------------------------------


def _lease(connection: Connection, feed: Feed) -> FeedState | None:
    """Take the feed for ten minutes at a time by one conditional UPDATE."""
    state, _ = FeedState.objects.get_or_create(connection=connection, feed=feed.name)
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    taken = FeedState.objects.filter(free, pk=state.pk).update(leased_until=now + LEASE, lease=F("lease") + 1)
    if not taken:
        return None
    state.refresh_from_db()
    return state


def _close_dead(connection: Connection, feed: Feed) -> None:
    """The run before this one, when its process never ended it."""
    last = Run.objects.filter(connection=connection, feed=feed.name).order_by("-started_at").first()
    if last is not None and last.finished_at is None:
        words = gettext_noop("The process of this run ended before the run did.")
        Run.objects.filter(pk=last.pk, finished_at=None).update(finished_at=timezone.now(), error=words)


def _mine(state: FeedState) -> Any:
    return FeedState.objects.filter(pk=state.pk, lease=state.lease)


def _advance(state: FeedState, cursor: str) -> None:
    """Move the cursor inside the page's transaction; a process that lost its lease must not."""
    if not _mine(state).update(cursor=cursor, leased_until=timezone.now() + LEASE):
        raise Stopped(gettext_noop("Another process has taken over this feed; this run ends."))
    state.cursor = cursor


def _sweep_is_due(state: FeedState, feed: Feed) -> bool:
    if state.emptied_at is not None:
        return timezone.now() - state.emptied_at >= CONFIRMS
    return state.last_full_at is None or timezone.now() - state.last_full_at >= feed.sweep


def _succeeded(connection: Connection, feed: Feed, state: FeedState, run: Run, sweep: _Sweep) -> None:
    """Note the success; a run that was resumed has not seen every row, nor what changed since on pages before it.

    So it is no whole sweep, and the next run asks since when the interrupted one had asked.
    """
    run.finished_at = timezone.now()
    run.save()
    is_whole = run.is_full and not sweep.resumed
    swept = {"last_full_at": run.started_at} if is_whole else {}
    swept |= {} if sweep.resumed else {"watermark": run.started_at}
    emptied_at = run.started_at if sweep.doubted else None if is_whole or sweep.ever else state.emptied_at
    _mine(state).update(
        cursor="",
        last_ok_at=run.finished_at,
        next_due_at=run.finished_at + feed.every,
        leased_until=None,
        fails=0,
        error="",
        alarm=_emptied(feed.alive(connection)) if emptied_at else "",
        emptied_at=emptied_at,
        notice=" ".join(sweep.unseen)[:500],
        **swept,
    )


def _emptied(alive: int) -> str:
    words = gettext_noop("The platform listed nothing; %(n)s rows are kept until a second empty sweep confirms it.")
    return words % {"n": alive}


def _failed(connection: Connection, feed: Feed, state: FeedState, run: Run, error: Exception) -> None:
    words = _words(error)
    run.finished_at, run.error = timezone.now(), words
    run.save()
    wait = min(RETRY * 2 ** min(state.fails, 6), MAX_RETRY)
    due = run.finished_at + wait
    if isinstance(error, NotSent) and error.retry_at is not None:
        due = max(error.retry_at, run.finished_at)
    kept = state.alarm if state.emptied_at else ""
    alarm = words if isinstance(error, Stopped | WireError) else kept
    restart = {} if isinstance(error, NotSent | AuthFailed) else {"cursor": ""}  # a cursor that is refused is no way on
    fails = F("fails") + (0 if _was_only_paused(error) else 1)
    _mine(state).update(next_due_at=due, leased_until=None, fails=fails, error=words, alarm=alarm, **restart)
    if isinstance(error, AuthFailed) and not error.missing_scope:
        credentials_refused(connection, error.words)


def _was_only_paused(error: Exception) -> bool:
    """Whether the platform merely asked us to come back later: nothing is wrong, and nobody need look."""
    return isinstance(error, NotSent) and error.rate_limited


def credentials_refused(connection: Connection, words: str) -> None:
    """The platform does not take the credentials: the connection pauses and says so."""
    Connection.objects.filter(pk=connection.pk, state=Connection.ACTIVE).update(
        state=Connection.REAUTH_NEEDED, state_reason=scrub_text(words)[:500], state_at=timezone.now()
    )


def _words(error: Exception) -> str:
    """One clear line without secrets."""
    if isinstance(error, WireError) and error.path != "$":
        return scrub_text(f"{error.words} (at {error.path})")[:500]
    return scrub_text(" ".join(str(error).split()))[:500]
