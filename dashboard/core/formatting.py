"""Money, times, ages and weights in the reader's language. Plain text: a list view calls these once a row.

Everything is cached or built by hand, because the framework's own localisation of dates and decimals would cost half
of a list page's time.
"""

import datetime as dt
import functools
from decimal import Decimal, InvalidOperation

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import format_decimal, get_currency_precision
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

NBSP = "\u00a0"
MINUS = "\u2212"
MINUTE, HOUR, DAY = 60, 3600, 86400


def money(amount: Decimal | int | str | None, currency: str = "") -> str:
    """``USD 1,234.50``, ``CNY −1,645.00``: code, no-break space, the language's grouping, the currency's decimals.

    ``""`` for None. Further decimals are shown when they are not zero: a stored 0.0050 is never rounded away.
    """
    if amount is None or amount == "":
        return ""
    figure = number(amount, currency)
    return f"{currency}{NBSP}{figure}" if currency else figure


def number(amount: Decimal | int | str, currency: str = "") -> str:
    """Only the figure of ``money``."""
    return _figure(str(amount), currency, get_language() or "en")


def count(value: int) -> str:
    """A whole number with the language's grouping."""
    return _grouped(value, get_language() or "en")


@functools.lru_cache(maxsize=8192)
def _figure(amount: str, currency: str, language: str) -> str:
    try:
        value = Decimal(amount)
    except InvalidOperation:
        return amount
    if not value.is_finite():
        return amount
    own = get_currency_precision(currency) if currency else 2
    exponent = value.normalize().as_tuple().exponent
    places = max(own, min(-exponent if isinstance(exponent, int) else 0, 8))
    return _signed(
        format_decimal(value, format=f"#,##0.{'0' * places}" if places else "#,##0", locale=_locale(language))
    )


@functools.lru_cache(maxsize=2048)
def _grouped(value: int, language: str) -> str:
    return _signed(format_decimal(value, format="#,##0", locale=_locale(language)))


def _signed(figure: str) -> str:
    """With a minus sign, which is as wide as a figure; the locales write a hyphen."""
    return figure.replace("-", MINUS, 1)


@functools.cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def exact(at: dt.datetime | None, *, seconds: bool = True) -> str:
    """The full time in the reader's zone: ``20 Nov 2025, 14:01:12``."""
    if at is None:
        return ""
    return _exact(timezone.localtime(at), get_language() or "en", seconds=seconds)


def clock_time(at: dt.datetime, now: dt.datetime | None = None, *, seconds: bool = False) -> str:
    """The time alone for a moment of today (``14:01``), else the full time."""
    local = timezone.localtime(at)
    if local.date() != timezone.localtime(now or timezone.now()).date():
        return exact(at, seconds=seconds)
    return _time(local) + (f":{local.second:02}" if seconds else "")


def moment(at: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """Relative under a day (``3 min ago``, ``in 2 h``), then ``18 Nov 10:20``, with the year when it is another."""
    if at is None:
        return ""
    return _moment(timezone.localtime(at), now or timezone.now(), get_language() or "en")


def ahead(at: dt.datetime, now: dt.datetime) -> str:
    """A moment to come inside a sentence, for what is soon: ``in 2 min, at 14:01:30``."""
    moment = {"time": duration((at - now).total_seconds()), "at": clock_time(at, now, seconds=True)}
    return gettext("in %(time)s, at %(at)s") % moment


def both(at: dt.datetime, now: dt.datetime) -> tuple[str, str]:
    """``exact`` and ``moment`` together, for lists."""
    local, language = timezone.localtime(at), get_language() or "en"
    return _exact(local, language), _moment(local, now, language)


def _exact(local: dt.datetime, language: str, *, seconds: bool = True) -> str:
    comma = "" if language.startswith("zh") else ","
    return f"{_date(local, language)}{comma} {_time(local)}" + (f":{local.second:02}" if seconds else "")


def _moment(local: dt.datetime, now: dt.datetime, language: str) -> str:
    seconds = (now - local).total_seconds()
    if -DAY < seconds < DAY:
        return _relative(_rounded(seconds), language)
    this_year = local.year == now.astimezone(local.tzinfo).year
    return f"{_date(local, language, year=not this_year)} {_time(local)}"


def _rounded(seconds: float) -> int:
    """Whole seconds below a minute, whole minutes above: what is shown, so that cached texts are found again."""
    whole = int(seconds)
    return whole if -MINUTE < whole < MINUTE else int(whole / MINUTE) * MINUTE


@functools.lru_cache(maxsize=8192)
def _relative(seconds: int, language: str) -> str:
    if -30 < seconds < 30:
        return gettext("just now")
    text = _length(abs(seconds), language)
    return gettext("%(time)s ago") % {"time": text} if seconds > 0 else gettext("in %(time)s") % {"time": text}


def day(at: dt.datetime | dt.date | None) -> str:
    """The day alone: ``18 Nov 2025``."""
    if at is None:
        return ""
    return _date(timezone.localtime(at) if isinstance(at, dt.datetime) else at, get_language() or "en")


def today() -> str:
    """The day that it is for the person, with its name: ``Thursday 20 November``."""
    now, language = timezone.localtime(), get_language() or "en"
    name = _locale(language).days["format"]["wide"][now.weekday()]
    if language.startswith("zh"):
        return f"{_date(now, language, year=False)}{name}"
    return f"{name} {now.day} {_locale(language).months['format']['wide'][now.month]}"


def _date(at: dt.date, language: str, *, year: bool = True) -> str:
    if language.startswith("zh"):
        return f"{at.year}年{at.month}月{at.day}日" if year else f"{at.month}月{at.day}日"
    text = f"{at.day} {_months(language)[at.month]}"
    return f"{text} {at.year}" if year else text


def _time(at: dt.datetime) -> str:
    return f"{at.hour:02}:{at.minute:02}"


@functools.cache
def _months(language: str) -> dict[int, str]:
    return dict(_locale(language).months["format"]["abbreviated"])


def duration(seconds: float) -> str:
    """A length of time in its largest unit, two units where the second still matters: ``40 s``, ``2 h 10 min``."""
    return _length(_rounded(max(seconds, 0)), get_language() or "en")


@functools.lru_cache(maxsize=8192)
def _length(whole: int, language: str) -> str:
    return _units(whole).replace(" ", NBSP)


def _units(whole: int) -> str:
    if whole < MINUTE:
        return gettext("%(n)s s") % {"n": whole}
    if whole < HOUR:
        return gettext("%(n)s min") % {"n": whole // MINUTE}
    if whole < DAY:
        hours, minutes = whole // HOUR, whole % HOUR // MINUTE
        if hours < 6 and minutes:
            return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
        return gettext("%(n)s h") % {"n": hours}
    days, hours = whole // DAY, whole % DAY // HOUR
    text = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    rest = gettext("%(n)s h") % {"n": hours}
    return f"{text} {rest}" if days < 3 and hours else text


def age(at: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """How old something is: ``22 min``; ``never`` for None."""
    if at is None:
        return gettext("never")
    return duration(((now or timezone.now()) - at).total_seconds())


def time_left(due: dt.datetime, now: dt.datetime | None = None) -> str:
    """``3 h 58 min`` before the deadline, ``Late 2 h 10 min`` after it."""
    seconds = (due - (now or timezone.now())).total_seconds()
    return duration(seconds) if seconds >= 0 else gettext("Late %(time)s") % {"time": duration(-seconds)}


def urgency(due: dt.datetime, now: dt.datetime | None = None, *, wait: int = 6 * HOUR, act: int = 2 * HOUR) -> str:
    """The tone of a deadline: act under two hours or late, wait under six, otherwise empty. Bounds in seconds."""
    seconds = (due - (now or timezone.now())).total_seconds()
    return "act" if seconds < act else "wait" if seconds < wait else ""


def weight(grams: int | Decimal | None) -> str:
    """Grams below a kilogram, kilograms with at most three decimals above."""
    if grams is None:
        return ""
    if -1000 < grams < 1000:
        return f"{count(int(grams))}{NBSP}g"
    kilograms = (Decimal(grams) / 1000).quantize(Decimal("0.001"))
    text = format_decimal(kilograms, format="#,##0.###", locale=_locale(get_language() or "en"))
    return f"{text}{NBSP}kg"


def initials(name: str) -> str:
    """Two letters of a person's name."""
    words = name.split()
    return "".join(word[0] for word in (words if len(words) < 3 else [words[0], words[-1]])).upper() or "?"
