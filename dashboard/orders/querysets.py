"""Questions about orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.apps import apps
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet, TextField
from django.utils import timezone

from dashboard.sync.models import Command, Connection, MirrorQuerySet, ScopedQuerySet
from dashboard.sync.models.commands import DONE, FAILED, NEEDS_REVIEW, REJECTED, UNKNOWN

TO_DELIVER = ("to_deliver", "part_delivered")
UNDER_WAY = ("to_deliver", "in_progress", "part_delivered")
STOPPED = ("cancelled", "refunded", "expired")
ENDED = ("completed", *STOPPED)
NOT_DONE = (REJECTED, FAILED)
TROUBLED = (*NOT_DONE, UNKNOWN, NEEDS_REVIEW)
LATE_WITHIN = timedelta(hours=24)
TROUBLE_LASTS = timedelta(days=3)
BETWEEN_TAGS = "\x1f"


class _TagNames(Func):
    """The names of an order's tags in one, in no order. Written out: a list asks it with every page."""

    function = "STRING_AGG"
    template = (
        f"(SELECT %(function)s(tag.name, '{BETWEEN_TAGS}') FROM orders_order_tags AS its "  # noqa: S608
        "JOIN orders_tag AS tag ON tag.id = its.tag_id WHERE its.order_id = %(expressions)s)"
    )
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """The same by SQLite's name."""
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **more)


class _IsUnderWay(Func):
    """Whether an order is under way, in the words of the index of open deadlines: by them alone SQLite knows it."""

    template = f"%(expressions)s IN {UNDER_WAY!r}"
    output_field = BooleanField()


class OrderQuerySet(MirrorQuerySet):
    """The views of the list: each is a question that staff ask."""

    def to_deliver(self) -> Self:
        """Paid, and nothing or only a part was delivered."""
        return self.present().filter(status__in=TO_DELIVER)

    def late_soon(self) -> Self:
        """Due within 24 hours, or late already."""
        return self.open_deadlines().filter(ship_by__lt=timezone.now() + LATE_WITHIN)

    def late(self) -> Self:
        """Past the deadline."""
        return self.open_deadlines().filter(ship_by__lt=timezone.now())

    def open_deadlines(self) -> Self:
        """Under way, with a time until which to ship."""
        return self.present().filter(_IsUnderWay(F("status")), ship_by__isnull=False)

    def problem(self) -> Self:
        """A command of the last days that did not go well, or a delivery error that the platform was told of."""
        troubled = _troubled().filter(connection=OuterRef("connection"), target=OuterRef("remote_id"))
        reported = _reported().filter(connection=OuterRef("connection"), order_remote_id=OuterRef("remote_id"))
        rows = self.present().exclude(status__in=ENDED).filter(Exists(troubled) | Exists(reported))
        # Said once more from the few that are told of: the database would ask both questions of every order there is.
        told = _troubled().values("target").union(_reported().values("order_remote_id"))
        return rows.filter(connection__in=Connection._base_manager.values("pk"), remote_id__in=told)

    def awaiting_platform(self) -> Self:
        """Delivered by us, or in the platform's own fulfilment: it is the platform's turn."""
        return self.present().filter(status__in=("in_progress", "delivered"))

    def unpaid(self) -> Self:
        """The buyer has not paid yet."""
        return self.present().filter(status="unpaid")


def with_tags(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Orders with `tag_names`: the names of their tags, `BETWEEN_TAGS` apart, None without; asked with the rows."""
    return rows.annotate(tag_names=_TagNames(F("pk")))


class PartQuerySet(ScopedQuerySet):
    """Lines, parcels, notes and invoices, through their order's connection."""

    connection_path = "order__connection"


class ToldQuerySet(MirrorQuerySet):
    """Deliveries and delivery errors, which name their order by its remote id."""

    def of(self, order: Any) -> Self:
        """Those of one order, oldest first."""
        rows = self.filter(connection=order.connection_id, order_remote_id=order.remote_id)
        return rows.order_by("created_at", "pk")


def _troubled() -> QuerySet[Command]:
    """Commands of the last days that did not go well; what was refused, only until a later one of its kind is done."""
    since = timezone.now() - TROUBLE_LASTS
    rows = Command.objects.filter(kind__startswith="orders.", state__in=TROUBLED, created_at__gte=since)
    same = {name: OuterRef(name) for name in ("connection", "target", "kind")}
    return rows.exclude(Exists(Command.objects.filter(**same, pk__gt=OuterRef("pk"), state=DONE)), state__in=NOT_DONE)


def _reported() -> QuerySet[Any]:
    """Delivery errors."""
    return apps.get_model("orders", "DeliveryError").objects.all()
