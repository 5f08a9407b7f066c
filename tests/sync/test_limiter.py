"""The rate limit that all processes share, and the sign-in lock."""

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from channels.errors import NotSent
from channels.ports import Limits
from dashboard.sync import limiter as limiting
from dashboard.sync.limiter import RowLimiter
from dashboard.sync.models import Connection, RateBucket
from dashboard.sync.tokens import RowTokens

HOUR = timedelta(hours=1)


@pytest.fixture
def limiter(connection):
    return RowLimiter(connection.pk, patience=0)


def bucket():
    return RateBucket.objects.get()


def refused(limiter, name="default"):
    with pytest.raises(NotSent) as caught:
        limiter.acquire(name)
    assert caught.value.rate_limited
    return caught.value


def learn(limiter, limit, remaining, after=HOUR):
    limiter.observe("default", Limits(limit=limit, remaining=remaining, reset_at=timezone.now() + after))


def test_without_knowledge_every_call_goes(limiter):
    for _ in range(5):
        limiter.acquire("default")
    assert not RateBucket.objects.exists()


def test_what_is_left_is_counted_down_and_then_waits_for_the_reset(limiter):
    learn(limiter, 10, 2)
    limiter.acquire("default")
    limiter.acquire("default")
    assert refused(limiter).retry_at == bucket().reset_at
    limiter.acquire("other")


def test_a_passed_reset_gives_a_new_window(limiter):
    learn(limiter, 10, 0, -timedelta(seconds=1))
    limiter.acquire("default")
    assert bucket().remaining == 9
    assert bucket().reset_at > timezone.now()


def test_a_refresh_leaves_some_calls_to_people(connection, limiter):
    learn(limiter, 60, 6)
    background = RowLimiter(connection.pk, patience=0, reserve=5)
    background.acquire("default")
    refused(background)
    for _ in range(5):
        limiter.acquire("default")
    refused(limiter)


def test_the_lower_of_two_remainders_counts_within_a_window(limiter):
    at = timezone.now() + HOUR
    for remaining in (5, 3, 4):
        limiter.observe("default", Limits(limit=10, remaining=remaining, reset_at=at))
    assert bucket().remaining == 3
    limiter.observe("default", Limits(limit=10, remaining=9, reset_at=at + HOUR))
    assert bucket().remaining == 9


def test_the_same_reset_said_a_little_differently_is_the_same_window(limiter):
    """Some say it in seconds from now: then each answer states another moment."""
    at = timezone.now() + HOUR
    for remaining, seconds in ((5, 0), (3, 1), (4, 2)):
        limiter.observe("default", Limits(limit=10, remaining=remaining, reset_at=at + timedelta(seconds=seconds)))
    assert (bucket().remaining, bucket().reset_at) == (3, at)


def test_an_answer_that_comes_after_its_window_tells_nothing_of_the_next(limiter):
    """Eight calls leave at the end of a minute; their answers come when the next has begun and been counted."""
    learn(limiter, 10, 0, -timedelta(seconds=1))
    for _ in range(3):
        limiter.acquire("default")
    known = bucket()
    assert known.remaining == 7
    learn(limiter, 12, 2, -timedelta(milliseconds=1))
    assert (bucket().limit, bucket().remaining, bucket().reset_at) == (12, 7, known.reset_at)


@pytest.mark.parametrize(
    ("hint", "low", "high"),
    [(timedelta(seconds=40), 40, 41), (None, 30, 31), (timedelta(hours=9), 900, 901), (-HOUR, 30, 31),
     (-timedelta(seconds=1), 0, 1)],
    ids=["hint", "none", "capped", "of another clock", "just past"],
)  # fmt: skip
def test_a_pause_lasts_as_long_as_the_platform_says(limiter, hint, low, high):
    now = timezone.now()
    limiter.pause("default", now + hint if hint else None)
    assert low <= (bucket().paused_until - now).total_seconds() <= high


def test_after_a_pause_calls_are_there_again_whatever_was_said_of_the_window_before(limiter):
    learn(limiter, 10, 5)
    before = bucket().reset_at
    limiter.pause("default", None)
    assert (bucket().remaining, bucket().reset_at) == (0, before)
    hint = timezone.now() + timedelta(seconds=40)
    limiter.pause("default", hint)
    assert (bucket().remaining, bucket().reset_at) == (0, hint)


def test_nobody_calls_in_a_pause(connection, limiter):
    limiter.pause("default", timezone.now() + HOUR)
    error = refused(RowLimiter(connection.pk, patience=5))
    assert (error.retry_at, error.words) == (bucket().paused_until, "The platform asked for a pause.")


def test_five_failures_open_the_breaker_one_call_probes_and_a_success_closes_it(limiter):
    for _ in range(4):
        limiter.outcome("default", ok=False)
    limiter.acquire("default")
    limiter.outcome("default", ok=False)
    assert refused(limiter).words == "Paused after 5 failures in a row."
    RateBucket.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    limiter.acquire("default")  # the probe
    refused(limiter)
    limiter.outcome("default", ok=True)
    limiter.acquire("default")
    assert (bucket().failures, bucket().open_until) == (0, None)


def test_the_breaker_rests_longer_each_time_up_to_five_minutes(limiter):
    rests = []
    for _ in range(12):
        now = timezone.now()
        limiter.outcome("default", ok=False)
        opened = bucket().open_until
        rests.append(round((opened - now).total_seconds()) if opened else 0)
    assert rests == [0, 0, 0, 0, 20, 40, 80, 160, 300, 300, 300, 300]


@pytest.mark.django_db(transaction=True)
def test_two_threads_never_take_more_than_there_is(connection, limiter):
    learn(limiter, 100, 7)
    taken, lock = [], threading.Lock()

    def work():
        own = RowLimiter(connection.pk, patience=0)
        try:
            for _ in range(10):
                try:
                    own.acquire("default")
                except NotSent:
                    continue
                with lock:
                    taken.append(1)
        finally:
            database.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), bucket().remaining) == (7, 0)


# -- tokens ----------------------------------------------------------------------------------------------------------


def test_a_token_is_kept_for_every_process_and_encrypted(connection):
    until = timezone.now() + HOUR
    assert RowTokens(connection.pk, 1).load() is None
    RowTokens(connection.pk, 1).save("canary-token", until)
    assert RowTokens(connection.pk, 1).load() == ("canary-token", until)
    with database.cursor() as cursor:
        cursor.execute("SELECT token FROM sync_connection")
        assert "canary" not in str(cursor.fetchone())


def test_a_process_with_older_credentials_leaves_no_token(connection):
    old, new = RowTokens(connection.pk, 1), RowTokens(connection.pk, 2)
    Connection.objects.update(version=2)
    with old.lock():
        old.save("of the old account", timezone.now() + HOUR)
    assert (old.load(), new.load()) == (None, None)


def test_one_process_signs_in_at_a_time(connection, monkeypatch):
    monkeypatch.setattr("dashboard.sync.tokens.WAIT_SECONDS", 0)
    first, second = RowTokens(connection.pk, 1), RowTokens(connection.pk, 1)
    with first.lock(), pytest.raises(NotSent, match="signing in"), second.lock():
        raise AssertionError("two hold the lock")
    with second.lock():
        pass


def test_a_lock_lapses_and_its_late_holder_does_not_release_the_next(connection):
    first, second = RowTokens(connection.pk, 1), RowTokens(connection.pk, 1)
    with first.lock():
        Connection.objects.update(token_locked_until=timezone.now() - timedelta(seconds=1))
        held = second.lock()
        held.__enter__()
    connection.refresh_from_db()
    assert connection.token_locked_until is not None
    held.__exit__(None, None, None)
    connection.refresh_from_db()
    assert connection.token_locked_until is None


class Platform:
    """Counts calls in windows of its own minute and says after each what is left; its time passes only with us."""

    def __init__(self, limit):
        self.limit, self.now, self.began = limit, timezone.now(), timezone.now() - timedelta(seconds=37)
        self.windows = [0]

    def call(self):
        """One call, a tenth of a second long."""
        self.sleep(0.1)
        while self.now >= self.began + timedelta(seconds=60):
            self.began += timedelta(seconds=60)
            self.windows.append(0)
        self.windows[-1] += 1
        left = max(0, self.limit - self.windows[-1])
        return Limits(limit=self.limit, remaining=left, reset_at=self.began + timedelta(seconds=60))

    def sleep(self, seconds):
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def monotonic(self):
        """Seconds of the same clock."""
        return self.now.timestamp()


def test_a_backlog_uses_the_allowance_and_never_more(connection, monkeypatch):
    platform = Platform(limit=60)
    monkeypatch.setattr(limiting, "time", platform)
    monkeypatch.setattr(limiting.timezone, "now", lambda: platform.now)
    workers = [RowLimiter(connection.pk, patience=120) for _ in range(4)]
    turn = 0
    while len(platform.windows) <= 5:
        worker = workers[turn % len(workers)]
        worker.acquire("default")
        worker.observe("default", platform.call())
        turn += 1
    whole = platform.windows[1:5]
    assert max(platform.windows) <= 60
    assert sum(whole) >= 0.95 * 60 * len(whole)


def test_an_allowance_that_is_used_up_leaves_other_connections_alone(connection, connect, monkeypatch):
    platform = Platform(limit=60)
    monkeypatch.setattr(limiting, "time", platform)
    monkeypatch.setattr(limiting.timezone, "now", lambda: platform.now)
    RowLimiter(connection.pk, patience=0).pause("default", platform.now + HOUR)
    other = RowLimiter(connect("shoppo").connection.pk, patience=0)
    other.observe("default", platform.call())
    before = platform.now
    for _ in range(20):
        other.acquire("default")
    assert platform.now == before
