"""The style page: every component with sample data, under DEBUG only."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from dashboard.core import formatting, html, keyset, pages
from dashboard.core.templatetags.dash import clock_at, when_at

_TITLES = [
    "钟离 手办 1/7 Zhongli figure, 1 more",
    "Wallet code 50 USD ×2",
    "Bluetooth car kit",
    "Ceramic mug 陶瓷马克杯",
]


class SampleForm(forms.Form):
    """One field of each kind."""

    rows = forms.CharField(label="Codes, one a line", widget=forms.Textarea, help_text="Stored encrypted.")
    carrier = forms.ChoiceField(label="Carrier", required=False, choices=[("y", "YunExpress"), ("d", "DHL")])
    tracking = forms.RegexField("^[A-Z0-9]{10,20}$", label="Tracking number", help_text="10 to 20 letters and digits.")
    tell = forms.ChoiceField(
        label="Tell the buyer", widget=forms.RadioSelect, choices=[("p", "On the platform"), ("m", "By message")]
    )
    gift = forms.BooleanField(label="It is a gift", required=False)


def _rows(now: dt.datetime) -> list[dict[str, Any]]:
    signs = [("good", "Paid"), ("wait", "To deliver"), ("act", "Refused"), ("unknown", "Unknown"), ("", "In step")]
    found = []
    for number in range(12):
        due = now + dt.timedelta(hours=number * 3 - 2)
        tone, word = signs[number % 5]
        found.append(
            {
                "pk": number,
                "number": f"SO16896449281157{number:02}",
                "url": f"#order-{number}",
                "tone": formatting.urgency(due, now),
                "due": clock_at(due, due - dt.timedelta(hours=24), now),
                "connection": html.connection("Sh", "Sample shop"),
                "title": _TITLES[number % 4],
                "currency": "USD",
                "total": formatting.number(Decimal("214.9") * (number + 1), "USD"),
                "state": html.state(tone, word),
                "placed": when_at(now - dt.timedelta(hours=number * 7), now),
            }
        )
    return found


def _listing(rows: list[dict[str, Any]]) -> Any:
    labels = [
        ("Order", "pin pin-2"),
        ("Ship by", ""),
        ("Connection", ""),
        ("Items", "grow"),
        ("Total", "num"),
        ("State", ""),
        ("Placed", ""),
    ]
    return SimpleNamespace(
        page=keyset.Page(rows=rows, after="x", before="", size=25, lost=True),
        heads=[
            {"label": label, "css": css, "url": "?", "sorted": "ascending" if label == "Ship by" else ""}
            for label, css in labels
        ],
        tabs=[
            {"label": "All", "url": "?", "current": False, "count": "1,000+", "tone": ""},
            {"label": "To ship", "url": "?", "current": True, "count": "48", "tone": "act"},
            {"label": "Figures, EU", "url": "?", "current": False, "count": "", "tone": ""},
        ],
        chips=[{"name": "fulfilment", "label": "Fulfilment", "value": "to ship", "url": "?"}],
        errors=["Placed after: this is no date."],
        filterset=SimpleNamespace(form=SampleForm(auto_id="filter_%s", use_required_attribute=False)),
        is_filtered=True,
        clear_url="?",
        edited=True,
        walk={"start": "", "before": "", "after": "?after=x"},
        query="",
        tab=None,
        saved_view=None,
        spec=SimpleNamespace(domain="sample", list_id="sample-list"),
    )


def _events(now: dt.datetime) -> list[dict[str, Any]]:
    return [
        {
            "at": when_at(now, now),
            "title": "Read back",
            "tone": "good",
            "text": "The platform was asked what happened.",
        },
        {
            "at": when_at(now - dt.timedelta(minutes=4), now),
            "title": "Deliver 1 unit",
            "tone": "wait",
            "badge": html.badge("unknown", "Unknown"),
            "by": "Mei Chen",
            "path": ["queued 13:58:02", "sending 13:58:03", "unknown 13:58:34, no answer for 30 s"],
        },
        {"at": when_at(now - dt.timedelta(days=2), now), "title": "Placed", "tone": ""},
    ]


def style(request: HttpRequest) -> HttpResponse:
    """Every component once; ``?form=bad`` shows a refused form with its 422."""
    if not settings.DEBUG:
        raise Http404
    now = timezone.now()
    refused = request.GET.get("form") == "bad"
    form = SampleForm({"tracking": "YT25 3242"} if refused else None)
    rows = _rows(now)
    fresh = {
        "url": "",
        "items": [
            {"title": "Sample shop", "age": "40 s", "tone": ""},
            {"title": "Other shop", "age": "22 min", "tone": "wait"},
        ],
        "new": 4,
        "show_url": "?",
    }
    context = {
        "rows": rows, "listing": _listing(rows), "events": _events(now), "form": form, "fresh": fresh,
        "foreign": "<p>Hello <b>there</b> <img src='https://example.com/a.png' alt='a cat'></p>",
        "typed_text": "See https://example.com/x?a=1, or not.\nSecond line.",
    }  # fmt: skip
    return pages.render(request, "core/style.html", context, fragment="list", status=422 if refused else 200)
