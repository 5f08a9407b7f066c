"""The one place where text becomes trusted HTML: icons, signs, and sanitised HTML from platforms."""

import functools
import re
from typing import Any
from urllib.parse import urlsplit

import heroicons
import nh3
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from dashboard.core import countries
from dashboard.core.pictures import shown_at
from dashboard.core.wording import spelled, worded

_TAGS = """
a abbr b blockquote br caption code col colgroup dd div dl dt em h3 h4 h5 h6 hr i img li ol p pre q s small span strong
sub sup table tbody td tfoot th thead tr u ul
"""
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
MAX_HTML = 200_000

_DEAD_LINK = re.compile(r"<a(?: (?!href=)\w+=\"[^\"]*\")*>(.*?)</a>", re.DOTALL)
_IMAGE = re.compile(r"<img\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'(src|alt)="([^"]*)"')
_LINK = re.compile(r"https?://[^\s<>\"'，。、；！？（）【】《》]+", re.IGNORECASE)


def sanitised(html: str | None) -> SafeString:
    """HTML from outside, reduced to a fixed list of tags and attributes; remote images become links to open.

    A link whose address may not stay is its text alone.
    The result stands in an element with ``data-hx-disable``, so that nothing in it can wake htmx.
    """
    clean = nh3.clean(
        (html or "")[:MAX_HTML],
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "svg", "math", "template", "iframe", "noscript", "title", "textarea"},
        strip_comments=True,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    clean = _IMAGE.sub(_image, _DEAD_LINK.sub(r"\1", clean))
    return mark_safe(f'<div class="foreign" data-hx-disable>{clean}</div>')  # noqa: S308


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if name in ("href", "src"):
        return value if is_web_address(value) else None
    if name in ("colspan", "rowspan", "start"):
        return value if value.isascii() and value.isdigit() and int(value[:6]) <= 1000 else None
    return value


def is_web_address(url: str) -> bool:
    """Whether ``url`` is an absolute http(s) address with a host and without sign-in data."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _image(found: re.Match[str]) -> str:
    # nh3 wrote these attributes: quoted and escaped already.
    parts = dict(_ATTRIBUTE.findall(found[1]))
    source, alt = parts.get("src", ""), parts.get("alt", "")
    if not source:
        return alt
    words = escape(gettext("Show picture"))
    label = f"{words}: {alt}" if alt else words
    return f'<a class="chip" href="{source}" target="_blank" rel="noopener noreferrer nofollow">{label}</a>'


def picture(url: str, label: str = "", box: str = "picture") -> SafeString:
    """A remote picture, small and through our own door, in a box of ours; a click opens it large in its own tab.

    What is no web address is an empty box: pictures come late or never, and move nothing.
    """
    if not is_web_address(url):
        return format_html('<span class="photo {}"></span>', box)
    return format_html(
        '<a class="photo {}" href="{}" target="_blank" rel="noopener" title="{}">{}'
        '<img src="{}" alt="{}" loading="lazy" decoding="async"></a>',
        box,
        shown_at(url, "large"),
        gettext("Show picture"),
        icon("photo"),
        shown_at(url),
        label or gettext("Picture"),
    )


def image_link(url: str, label: str = "", drawn: str = "photo") -> SafeString:
    """A remote file: nothing of it is loaded; a click opens it in its own tab without a referrer."""
    if not is_web_address(url):
        return format_html("<span class='quiet'>{}</span>", label)
    return format_html(
        '<a class="chip" href="{}" target="_blank" rel="noopener noreferrer nofollow">{}{}</a>',
        url,
        icon(drawn),
        label or gettext("Show picture"),
    )


def with_links(text: str | None) -> SafeString:
    """Plain text with its line breaks, in which http(s) addresses are links; everything else is escaped."""
    pieces, last = [], 0
    text = (text or "").replace("\r\n", "\n")
    for found in _LINK.finditer(text):
        address = found[0].rstrip(".,;:!?)]}")
        pieces += [escape(text[last : found.start()]), _anchor(address)]
        last = found.start() + len(address)
    pieces.append(escape(text[last:]))
    return mark_safe("".join(pieces).replace("\n", "<br>"))  # noqa: S308


def _anchor(address: str) -> SafeString:
    if not is_web_address(address):
        return escape(address)
    return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>', address)


@functools.cache
def icon(name: str, label: str = "") -> SafeString:
    """An outline heroicon in the text's size; hidden from screen readers unless it has a label."""
    svg = heroicons._render_icon("outline", name, None, {})
    body = svg[svg.index(">") + 1 :]
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    head = f'<svg class="icon" viewBox="0 0 24 24" {role}>'
    return mark_safe(head + body.replace(" />", "/>"))  # noqa: S308


@functools.lru_cache(maxsize=1024)
def attribute(name: str, value: str) -> SafeString:
    """``name="value"`` after a space; empty without a value. For rows that are only printed."""
    return format_html(' {}="{}"', name, value) if value else SafeString("")


def state(tone: str, word: object) -> SafeString:
    """A state in a table: shape and word. Tones: act, wait, good, unknown, or empty for calm."""
    return _sign("state", tone, str(word))


def badge(tone: str, word: object) -> SafeString:
    """A state in a page's head."""
    return _sign("badge", tone, str(word))


@functools.lru_cache(maxsize=1024)
def _sign(kind: str, tone: str, word: str) -> SafeString:
    tone_class = f" is-{tone}" if tone in ("act", "wait", "good", "unknown") else ""
    return format_html('<span class="{}{}">{}</span>', kind, tone_class, word)


def clock(words: str, tone: str = "", used: float = 0.0) -> SafeString:
    """Time left in words, with a ring that shows the share of the allowed time that is gone (0 to 1)."""
    return _clock(words, tone, max(0, min(100, round(used * 100))))


@functools.lru_cache(maxsize=4096)
def _clock(words: str, tone: str, share: int) -> SafeString:
    return format_html(
        '<span class="clock{}"><svg viewBox="0 0 40 40" aria-hidden="true"><circle cx="20" cy="20" r="15.9155"/>'
        '<circle cx="20" cy="20" r="15.9155" stroke-dasharray="{} 100"/></svg>{}</span>',
        f" is-{tone}" if tone in ("act", "wait") else "",
        share,
        words,
    )


@functools.lru_cache(maxsize=4096)
def when(iso: str, exact: str, words: str) -> SafeString:
    """A ``<time>`` with its exact moment on hover."""
    return mark_safe(f'<time datetime="{escape(iso)}" title="{escape(exact)}">{escape(words)}</time>')  # noqa: S308


def field_name(name: str) -> SafeString:
    """A platform's name of a fact in the reader's words, the name itself on hover."""
    return _titled(name, worded(spelled(name)))


@functools.lru_cache(maxsize=1024)
def _titled(name: str, words: str) -> SafeString:
    return format_html('<span title="{}">{}</span>', name, words) if words != name else format_html("{}", name)


def thumb(url: str, name: Any) -> SafeString:
    """The small picture of a product in a list; an empty box where it has none."""
    return picture(url, gettext("Picture of %(name)s") % {"name": name}, "thumb")


def country(code: str) -> SafeString:
    """A country by its name in the reader's language, and its code on hover."""
    return _titled(code, countries.named(code))


@functools.lru_cache(maxsize=1024)
def connection(mark: str, label: str) -> SafeString:
    """A connection's two letters and its title."""
    return format_html('<span class="conn"><span class="mark" aria-hidden="true">{}</span>{}</span>', mark, label)


def breadcrumb(steps: list[tuple[Any, str]]) -> SafeString:
    """The way here: label and address in turn; a step without address is plain text."""
    items = format_html_join(
        "",
        "<li>{}</li>",
        ((format_html('<a href="{}">{}</a>', url, label) if url else label,) for label, url in steps),
    )
    return format_html('<nav aria-label="{}"><ol class="crumbs">{}</ol></nav>', gettext("Breadcrumb"), items)
