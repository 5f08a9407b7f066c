"""Money, times and weights, exactly, in both languages."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from dashboard.core import formatting as f
from dashboard.core.templatetags.dash import stated

NOW = dt.datetime(2026, 11, 20, 14, 0, tzinfo=dt.UTC)
N = f.NBSP


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234.5000", "USD", f"USD{N}1,234.50"),
        (Decimal("-5"), "EUR", f"EUR{N}−5.00"),
        (1500, "JPY", f"JPY{N}1,500"),
        ("1500.5", "JPY", f"JPY{N}1,500.5"),
        ("0.0050", "USD", f"USD{N}0.005"),
        ("12", "XYZ", f"XYZ{N}12.00"),
        ("1.234", "KWD", f"KWD{N}1.234"),
        ("-1645", "CNY", f"CNY{N}−1,645.00"),
        (None, "USD", ""),
        ("", "USD", ""),
        ("7", "", "7.00"),
        ("n/a", "USD", f"USD{N}n/a"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_money(amount, currency, text, language):
    with translation.override(language):
        assert f.money(amount, currency) == text


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "just now", "刚刚"),
        (40, "40 s ago", "40 秒前"),
        (200, "3 min ago", "3 分钟前"),
        (7800, "2 h 10 min ago", "2 小时 10 分钟前"),
        (-7200, "in 2 h", "2 小时后"),
        (2 * 86400, "18 Nov 14:00", "11月18日 14:00"),
        (400 * 86400, "16 Oct 2025 14:00", "2025年10月16日 14:00"),
    ],
)
def test_moment(seconds, english, chinese):
    at = NOW - dt.timedelta(seconds=seconds)
    with translation.override("en"):
        assert f.moment(at, NOW).replace(N, " ") == english
    with translation.override("zh-hans"):
        assert f.moment(at, NOW).replace(N, " ") == chinese


def test_a_time_of_today_needs_no_day():
    now = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)  # 04:00 of the 21st in Shanghai
    early, late = dt.datetime(2026, 11, 20, 9, 1, 7, tzinfo=dt.UTC), dt.datetime(2026, 11, 20, 18, 1, 7, tzinfo=dt.UTC)
    assert f.clock_time(early, now) == "09:01"
    assert f.clock_time(early, now, seconds=True) == "09:01:07"
    with timezone.override("Asia/Shanghai"):
        assert f.clock_time(early, now) == "20 Nov 2026, 17:01"
        assert f.clock_time(late, now, seconds=True) == "02:01:07"


def test_a_moment_soon_is_told_both_ways():
    soon = NOW + dt.timedelta(minutes=2, seconds=3)
    assert f.ahead(soon, NOW).replace(N, " ") == f"in 2 min, at {soon:%H:%M:%S}"
    with translation.override("zh-hans"):
        assert f.ahead(soon, NOW).replace(N, " ") == f"2 分钟后（{soon:%H:%M:%S}）"


def test_exact_in_the_persons_zone():
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        assert f.exact(NOW) == "20 Nov 2026, 22:00:00"
        assert f.day(NOW) == "20 Nov 2026"
    with timezone.override("Asia/Shanghai"), translation.override("zh-hans"):
        assert f.exact(NOW) == "2026年11月20日 22:00:00"


@pytest.mark.parametrize(
    ("hours", "words", "tone"),
    [(-1, "Late 1 h", "act"), (1, "1 h", "act"), (3, "3 h", "wait"), (12, "12 h", ""), (26, "1 day 2 h", "")],
)
def test_time_left(hours, words, tone):
    due = NOW + dt.timedelta(hours=hours)
    with translation.override("en"):
        assert f.time_left(due, NOW).replace(N, " ") == words
    assert f.urgency(due, NOW) == tone


@pytest.mark.parametrize(("grams", "text"), [(999, f"999{N}g"), (1000, f"1{N}kg"), (1250, f"1.25{N}kg"), (None, "")])
def test_weight(grams, text):
    assert f.weight(grams) == text


@pytest.mark.parametrize(("name", "letters"), [("Mei Chen", "MC"), ("mei", "M"), ("A B C", "AC"), ("", "?")])
def test_initials(name, letters):
    assert f.initials(name) == letters


def test_age_of_nothing():
    with translation.override("en"):
        assert f.age(None) == "never"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-18T10:20:05Z", "18 Nov 10:20"),
        ("2026-11-18T10:20:05.123+08:00", "18 Nov 02:20"),
        ("2026-11-18 10:20", "18 Nov 10:20"),  # without a zone: UTC
        ("2026-02-30T10:20:00Z", None),
        ("2026-11-18", None),
        ("since 2026-11-18T10:20:05Z", None),
        ("Cotton", None),
        ("20261118102005", None),
    ],
)
def test_a_time_that_a_platform_states_is_shown_like_any_other(value, shown, time_machine):
    time_machine.move_to(NOW)
    assert html_text(str(stated(value))) == (shown or value)


def html_text(text):
    return re.sub("<[^>]*>", "", text).replace(N, " ")
