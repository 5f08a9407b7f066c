"""Finds the product or variant that a person names, and how a channel is told which one it is."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from channels.records import Ref
from dashboard.catalog.models import Product, Variant
from dashboard.sync.kinds import Refused, Target
from dashboard.sync.models import Connection


def find_product(connection: Connection, text: str) -> Target:
    """A product by remote id, SKU or number. Raises `Refused` unless exactly one has it."""
    rows = Product.objects.filter(connection=connection).light()
    row = rows.filter(remote_id=text).first() or only(rows.filter(Q(sku=text) | Q(number=text)), text, _("product"))
    return Target(row.remote_id, str(row), product_ref(row), row, is_gone=row.gone_at is not None)


def find_variant(connection: Connection, text: str) -> Target:
    """A variant by remote id or SKU. Raises `Refused` unless exactly one has it."""
    rows = Variant.objects.filter(product__connection=connection).select_related("product").defer("product__raw")
    row = only(rows.filter(remote_id=text), text, _("variant"), missing=False)
    row = row or only(rows.filter(sku=text), text, _("variant"))
    gone = row.gone_at is not None or row.product.gone_at is not None
    return Target(row.remote_id, label_of(row), variant_ref(row), row, is_gone=gone)


def only(rows: Any, text: str, what: str, *, missing: bool = True) -> Any:
    """The one row; prefers what is still there. Raises `Refused` for several, and for none if `missing`."""
    found = list(rows[:3])
    present = [row for row in found if row.gone_at is None] or found
    if len(present) > 1:
        raise Refused(_("“%(text)s” names more than one %(what)s; give the remote id.") % {"what": what, "text": text})
    if not present and missing:
        raise Refused(
            _("There is no %(what)s “%(text)s” on this connection. Nothing was queued.") % {"what": what, "text": text}
        )
    return present[0] if present else None


def product_ref(row: Product) -> Ref:
    """A product as channels take it."""
    return Ref(remote_id=row.remote_id, number=row.number, sku=row.sku)


def variant_ref(row: Variant) -> Ref:
    """A variant as channels take it; `parent` is its product."""
    return Ref(remote_id=row.remote_id, sku=row.sku, parent=row.product.remote_id)


def label_of(row: Variant) -> str:
    """Product and variant in one line."""
    name = str(row.product)
    is_named = row.title not in ("", name) and row.remote_id != row.product.remote_id
    return f"{name} · {row.title}" if is_named else name
