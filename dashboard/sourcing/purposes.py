"""What purchases are for: the buyer's order that staff named, kept in our own table, whatever the platform echoes."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from dashboard.core.searching import narrow
from dashboard.orders.models import Order
from dashboard.orders.searched import ORDERS
from dashboard.sourcing.models import PurchaseOrder, Purpose
from dashboard.sourcing.searched import PURCHASES
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command, Connection

LATEST = 10
NAMED = ~Q(purchase_remote_id="")  # as the index has it
LABEL = Case(When(order__number="", then=F("order__remote_id")), default=F("order__number"), output_field=CharField())


def with_purposes(rows: QuerySet[PurchaseOrder], user: Any) -> QuerySet[PurchaseOrder]:
    """Each purchase with the first order that it is for (`for_order`, `for_label`) and how many more (`for_more`)."""
    own = Purpose.objects.visible_to(user)
    own = own.filter(NAMED, connection=OuterRef("connection"), purchase_remote_id=OuterRef("remote_id")).order_by("pk")
    count = own.order_by().values("connection").annotate(count=Count("pk")).values("count")
    return rows.annotate(
        for_order=Subquery(own.values("order")[:1]),
        for_label=Subquery(own.values(label=LABEL)[:1]),
        for_more=Coalesce(Subquery(count), Value(1)) - 1,
    )


def purposes_of(purchase: PurchaseOrder, user: Any) -> list[Purpose]:
    """What a purchase is for, as far as the person may see it."""
    names = ("order__number", "order__remote_id", "order__connection__title", "order__connection__platform")
    rows = Purpose.objects.visible_to(user).select_related("order__connection").only("order_id", *names)
    return list(rows.filter(connection=purchase.connection, purchase_remote_id=purchase.remote_id).order_by("pk"))


def with_word(orders: QuerySet[Order], user: Any) -> QuerySet[Order]:
    """Each order with whether anybody said which purchases are for it (`is_bought_for`)."""
    return orders.annotate(is_bought_for=Exists(_said(user).filter(order=OuterRef("pk"))))


def _said(user: Any) -> QuerySet[Purpose]:
    return Purpose.objects.filter(connection__in=Connection.objects.visible_to(user))


def bought_for(order: Any, user: Any, columns: tuple[str, ...]) -> tuple[list[Command], list[PurchaseOrder]]:
    """The commands that are placing purchases for an order, and the purchases made for it.

    The order comes from `with_word`. Where nobody said anything, the purchases whose remark names it. Two queries.
    """
    found = PurchaseOrder.objects.visible_to(user)
    if not order.is_bought_for:
        mentioned = narrow(found, PURCHASES, str(order)).filter(remark__contains=str(order))
        return [], list(mentioned.only(*columns).order_by("-placed_at", "-pk")[:LATEST])
    said = list(_said(user).filter(order=order).select_related("command__connection", "command__actor"))
    placing = [one.command for one in said if one.command and not one.purchase_remote_id]
    named = Q(*[Q(connection=one.connection_id, remote_id=one.purchase_remote_id) for one in said], _connector=Q.OR)
    return placing, list(found.filter(named).only(*columns).order_by("-placed_at", "-pk")[:LATEST])


def one_order_named(user: Any, text: str) -> Order:
    """The one order whose number or id is the text. Raises `Refused` for none, or where connections number alike."""
    text = text.strip()[:200]
    found = narrow(Order.objects.visible_to(user), ORDERS, text).only("number", "remote_id", "connection")[:50]
    named = [one for one in found if text in (one.number, one.remote_id)]
    if len(named) == 1:
        return named[0]
    words = _("Several orders are called “%(text)s”.") if named else _("There is no order “%(text)s”.")
    raise Refused(words % {"text": text}, field="for_order")


def say_for(order: Order, command: Command, author: Any) -> None:
    """Note that a purchase which is being placed is for an order; asked twice, noted once."""
    given = {"connection": command.connection, "author": author}
    Purpose.objects.get_or_create(command=command, order=order, defaults=given)


def name_purchase(command: Command, remote_id: str) -> None:
    """The platform has named the purchase that a command placed."""
    known = Purpose.objects.filter(connection=command.connection, purchase_remote_id=remote_id).values("order")
    waiting = Purpose.objects.filter(command=command, purchase_remote_id="")
    waiting.filter(order__in=known).delete()
    waiting.update(purchase_remote_id=remote_id)
