"""Markup in every text of every record: no page and no fragment runs, styles, loads or wakes any of it (S4, S5)."""

# ruff: noqa: E501
from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from dashboard.staff.audit import Target, audit
from dashboard.sync.models.mirrored import MirroredModel, MirroredPart
from tests.access_table import ACCESS, CALLBACK, DEBUG_ONLY
from tests.addresses import addresses
from tests.security.furnished import furnish, named
from tests.security.payloads import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROWS, MOST = 12, 2_000
OURS = (
    "orders.Note", "orders.Tag", "orders.Invoice", "messaging.ThreadNote", "messaging.CannedReply", "finance.OrderCost",
    "core.SavedView", "sync.Batch", "sync.Exchange", "sync.Callback", "sync.Quarantined", "sync.Approval", "sync.Run",
    "sync.Command", "sync.Change", "sync.Connection", "sync.FeedState", "sync.UnknownWord",
)  # fmt: skip
# What is no text of a person or a platform but a word of ours, a key, or the name of somebody's room.
KEPT = {
    "status", "payment_status", "fulfilment_status", "decision", "direction", "kind", "domain", "feed", "event", "state",
    "slug", "platform", "base_url", "callback_key", "token", "query", "currency", "payload_digest", "lane", "form_key",
    "target",
}  # fmt: skip
STAY = {
    "remote_id",
    "order_remote_id",
    "thread_remote_id",
    "product_remote_id",
    "purchase_remote_id",
    "package_remote_id",
}
# Everything in a document that a template of ours never makes.
FOREIGN = r"""html => {
  const parsed = new DOMParser().parseFromString(html, 'text/html'), wrong = [];
  const urls = ['href', 'src', 'action', 'formaction', 'data', 'srcset', 'poster', 'xlink:href', 'hx-get', 'data-hx-get'];
  for (const each of parsed.querySelectorAll('*')) {
    const tag = each.localName, say = what => wrong.push(`${what} in ${new XMLSerializer().serializeToString(each).slice(0, 200)}`);
    if (['iframe', 'object', 'embed', 'base', 'style', 'math', 'marquee', 'xss-element', 'frame'].includes(tag)) say(tag);
    if (tag === 'script' && !(each.getAttribute('src') || '').startsWith('/static/') && each.type !== 'application/json') say(tag);
    if (tag === 'meta' && each.httpEquiv) say('meta');
    for (const name of Element.prototype.getAttributeNames.call(each)) {  // a form's field may be called "attributes"
      const value = Element.prototype.getAttribute.call(each, name);
      const bare = value.replace(/[\u0000-\u0020]/g, '').toLowerCase();
      if (name.startsWith('on') || name.startsWith('hx-on') || name === 'style' || name === 'srcdoc') say(name);
      if (urls.includes(name) && /^(javascript|vbscript|data:(?!image))/.test(bare)) say(name);
      if (urls.includes(name) && tag !== 'a' && /^(https?:)?\/\//.test(bare)) say(name);
      if (name === 'data-act' && value === 'open' && each.dataset.href) say(name);
    }
  }
  return wrong;
}"""


def texts(row: models.Model, deal: Iterator[str], stay: set[str]) -> dict[str, Any]:
    """New values for every text of a row that is not kept."""
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in KEPT or field.name in stay or field.choices or field.is_relation:
            continue
        if isinstance(field, models.CharField | models.TextField) and type(field).__name__ in (
            "CharField",
            "TextField",
        ):
            found[field.attname] = said(field.max_length or MOST, deal)
        elif type(field) is models.JSONField:
            found[field.attname] = hostile(getattr(row, field.attname), deal)
    return found


def said(room: int, deal: Iterator[str]) -> str:
    """As many payloads as there is room for; nothing where there is hardly any."""
    found = next(deal)[:room] if room > 20 else ""
    while room > 20 and len(found) + len(more := next(deal)) < room:
        found += more
    return found


def hostile(value: Any, deal: Iterator[str]) -> Any:
    """A JSON value with other texts in the same places."""
    if isinstance(value, dict):
        return {key: hostile(one, deal) for key, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, deal) for one in value]
    return next(deal) if isinstance(value, str) else value


def poison(model: Any, deal: Iterator[str]) -> None:
    """Every row of the model says other things; and there are enough of them for every payload."""
    manager = model._base_manager
    for row in manager.order_by("pk")[:3]:
        manager.filter(pk=row.pk).update(**texts(row, deal, STAY | unique_of(model)))
    first = manager.order_by("pk").first()
    if first is None or not issubclass(model, MirroredModel | MirroredPart):
        return
    plain = {
        field.attname: getattr(first, field.attname) for field in model._meta.concrete_fields if not field.primary_key
    }
    manager.bulk_create(
        model(**plain | texts(first, deal, set()) | {"remote_id": f"{next(deal)[:100]}{uuid.uuid4().hex}"})
        for _n in range(max(0, ROWS - manager.count()))
    )


def unique_of(model: Any) -> set[str]:
    """Columns that cannot say the same twice."""
    return {field.name for field in model._meta.concrete_fields if field.unique}


@pytest.fixture
def house(connect: Any, user_for: Any) -> dict[str, Any]:
    person, deal = user_for("superuser"), itertools.cycle(PAYLOADS)
    found = furnish(connect, person)
    apps.get_model("messaging.ThreadNote").objects.create(
        thread=apps.get_model("messaging.Thread").objects.first(), text="x"
    )
    mirrored = [one for one in apps.get_models() if issubclass(one, MirroredModel | MirroredPart)]
    for model in [*mirrored, *map(apps.get_model, OURS)]:
        poison(model, deal)
    for payload in PAYLOADS[::9]:
        audit(person, "test.event", Target("order", payload[:60], payload), {"said": payload, payload: "x"})
    return found


def test_nothing_of_it_comes_alive(page_for: Any, client_for: Any, house: dict[str, Any], live_server: Any):
    assert len(set(PAYLOADS)) >= 300
    client, page = client_for("superuser"), page_for("superuser")
    client.raise_request_exception = True
    abroad: list[str] = []
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((live_server.url, "data:image")) else abroad.append(asked.url),
    )
    page.goto("/staff/profile/")
    wrong, pages, parts = [], 0, 0
    for address in addresses():
        if ACCESS[address.name] in (CALLBACK, DEBUG_ONLY) or address.name == "staff:sign_out":
            continue
        url = f"{named(address, house)}?size=25&view=all"
        answer = client.get(url)
        assert answer.status_code < 500, url
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            html = answer.content.decode()
            wrong += [f"{url}: {each}" for each in page.evaluate(FOREIGN, html)]
            is_page = html.lstrip()[:9].lower() == "<!doctype"
            parts += not is_page
            if is_page:
                page.goto(url)
                pages += 1
                wrong += [f"{url}: {each}" for each in page.problems]
                page.problems.clear()
    assert wrong == []
    assert abroad == []
    assert (pages > 40, parts > 20) == (True, True)
