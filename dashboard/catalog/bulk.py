"""Bulk changes: a rule over chosen products becomes a plan that says exactly what would be sent where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.catalog import words
from dashboard.catalog.commands.values import SetListing, SetPrice, SetStock
from dashboard.catalog.models import Product, Variant
from dashboard.catalog.prices import is_beyond, percent_of
from dashboard.catalog.targets import label_of, product_ref, variant_ref
from dashboard.core.exports import plain_money
from dashboard.sync.kinds import Kind, Refused, Target, kind_of
from dashboard.sync.models import Connection
from dashboard.sync.reach import reason

MOST = 5000
KINDS = {"price": "catalog.set_price", "stock": "catalog.set_stock", "listing": "catalog.set_listing"}
TITLES = {"price": gettext_lazy("Price"), "stock": gettext_lazy("Stock"), "listing": gettext_lazy("Listing")}
CHANGE, SAME, REFUSED = "change", "same", "refused"
FROM_FILE = "file"  # the `how` of a rule that has a value for each row
_signer_salt = "catalog.bulk"


@dataclass(frozen=True)
class Rule:
    """What is to be done: set a value, change it by per cent or by an amount, then round.

    `step` rounds prices to multiples (``0.10``), ``.99`` to the nearest such ending; empty for all else.
    Listings take 1 or 0. `values` (of a file: by primary key) take the place of all that.
    """

    what: str
    how: str = "set"
    value: Decimal = Decimal(0)
    step: str = "0.01"
    values: Mapping[int, Decimal] = field(default_factory=dict)

    def new(self, now: Decimal | int | None) -> Decimal | int | None:
        """The new value; `None` where there is no old one to start from. Prices have as many decimals as they need."""
        if self.what == "listing":
            return int(self.value)
        if self.how != "set" and now is None:
            return None
        old = Decimal(now or 0)
        changed = {"set": self.value, "percent": old * (100 + self.value) / 100, "amount": old + self.value}[self.how]
        if self.what == "stock":
            return int(max(changed, Decimal(0)).to_integral_value(ROUND_HALF_UP))
        return rounded(changed, self.step)

    def new_of(self, pk: int, now: Decimal | int | None) -> Decimal | int | None:
        """The new value of one row."""
        if not self.is_from_file:
            return self.new(now)
        return int(self.values[pk]) if self.what == "stock" else self.values[pk]

    @property
    def is_from_file(self) -> bool:
        """Whether each row has a value of its own."""
        return self.how == FROM_FILE

    @property
    def title(self) -> str:
        """The rule in a few words."""
        if self.what == "listing":
            return str(_("Put on sale") if self.value else _("Take off sale"))
        if self.is_from_file:
            return _("%(what)s from a file") % {"what": TITLES[self.what]}
        sign = "+" if self.value > 0 and self.how != "set" else ""
        amount = f"{sign}{self.value.normalize():f}".replace("-", "−")
        shown = {"set": f"= {amount}", "percent": f"{amount} %", "amount": amount}[self.how]
        ending = _(", rounded to %(step)s") % {"step": self.step} if self.step not in ("", "0.01") else ""
        return f"{TITLES[self.what]} {shown}{ending}"


def rounded(price: Decimal, step: str) -> Decimal:
    """A price to its step, half up; `.99` gives the nearest such ending."""
    if step == ".99":
        whole = (price + Decimal("0.01")).to_integral_value(ROUND_HALF_UP)
        return max(whole, Decimal(1)) - Decimal("0.01")
    size = Decimal(step)
    return (price / size).quantize(Decimal(1), ROUND_HALF_UP) * size


@dataclass
class Item:
    """One thing that may change: what it is now, what it would be, and the verdict."""

    row: Any
    target: Target
    now: Any
    new: Any
    currency: str = ""
    verdict: str = CHANGE
    why: str = ""
    percent: Decimal | None = None

    @property
    def is_flagged(self) -> bool:
        """A price beyond ±20 %."""
        return self.verdict == CHANGE and is_beyond(self.percent)


@dataclass
class Group:
    """The items of one connection. `why`: nothing of it can be sent."""

    connection: Connection
    items: list[Item] = field(default_factory=list)
    why: str = ""
    calls: int = 0

    def of(self, verdict: str) -> list[Item]:
        """The items of one verdict."""
        return [item for item in self.items if item.verdict == verdict]

    @property
    def flagged(self) -> list[Item]:
        """The changes that must be confirmed."""
        return [item for item in self.items if item.is_flagged]


@dataclass
class Plan:
    """What a rule would do, by connection."""

    rule: Rule
    groups: list[Group]

    def count(self, verdict: str) -> int:
        """How many items have a verdict, in all groups."""
        return sum(len(group.of(verdict)) for group in self.groups)

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(len(group.items) for group in self.groups)

    @property
    def flagged(self) -> int:
        """How many changes must be confirmed."""
        return sum(len(group.flagged) for group in self.groups)

    @property
    def calls(self) -> int:
        """How many requests will go out."""
        return sum(group.calls for group in self.groups)

    def sealed(self) -> str:
        """The plan as a form carries it: what was shown is what is sent, and nobody can alter it."""
        changes = [[i.row.pk, text(i.now), text(i.new), int(i.is_flagged)] for g in self.groups for i in g.of(CHANGE)]
        refused = [[i.row.pk, text(i.new)] for g in self.groups for i in g.of(REFUSED)]
        rule = [self.rule.what, self.rule.how, str(self.rule.value), self.rule.step]
        return signing.dumps([rule, changes, refused], salt=_signer_salt, compress=True)


class Sealed(NamedTuple):
    """A plan as it was shown: `changes` are (key, now, new, flagged), `refused` the keys of what cannot be sent."""

    rule: Rule
    changes: list[list[Any]]
    refused: list[int]


def unsealed(given: str, max_age: int = 3600) -> Sealed | None:
    """What a sealed plan holds; `None` for one that is not ours or older than an hour."""
    try:
        (what, how, value, step), changes, refused = signing.loads(given, salt=_signer_salt, max_age=max_age)
    except (signing.BadSignature, ValueError):
        return None
    stated = [(change[0], change[2]) for change in changes] + [(pk, new) for pk, new in refused]
    values = {pk: Decimal(new) for pk, new in stated if new} if how == FROM_FILE else {}
    return Sealed(Rule(what, how, Decimal(value), step, values), changes, [pk for pk, _new in refused])


def text(value: Any) -> str:
    """A value as the sealed plan holds it."""
    return "" if value is None else plain_money(value) if isinstance(value, Decimal) else str(value)


def chosen(products: Any, rule: Rule) -> Any:
    """The rows that a rule works on: products for listings, their variants for prices and stocks; at most 5,001."""
    if rule.what == "listing":
        return products.present().listed().order_by("pk")[: MOST + 1]
    keys = products.present().order_by().values("pk")
    return Variant.objects.present().whole().filter(product__in=keys).order_by("product_id", "pk")[: MOST + 1]


def make_plan(rule: Rule, rows: Iterable[Product | Variant]) -> Plan:
    """Apply the rule to every row; asks no platform and changes nothing."""
    kind = kind_of(KINDS[rule.what])
    groups: dict[int, Group] = {}
    for row in rows:
        item = item_of(row, rule)
        connection = _connection(row)
        group = groups.get(connection.pk)
        if group is None:
            group = groups[connection.pk] = Group(connection, why=reason(connection, kind.capability))
        item.verdict, item.why = (REFUSED, group.why) if group.why else judge(kind, group.connection, item)
        group.items.append(item)
    for group in groups.values():
        group.calls = calls_of(kind, group)
    return Plan(rule, sorted(groups.values(), key=lambda group: -len(group.of(CHANGE))))


def item_of(row: Any, rule: Rule) -> Item:
    """A row with its value now and its new one."""
    if isinstance(row, Product):
        target = Target(row.remote_id, str(row), product_ref(row), row, is_gone=row.gone_at is not None)
        return Item(row, target, row.status, "on_sale" if rule.value else "off_sale")
    gone = row.gone_at is not None or row.product.gone_at is not None
    target = Target(row.remote_id, label_of(row), variant_ref(row), row, is_gone=gone)
    now = row.price if rule.what == "price" else row.quantity
    new = rule.new_of(row.pk, now)
    percent = percent_of(now, new) if rule.what == "price" else None
    return Item(row, target, now, new, row.currency if rule.what == "price" else "", percent=percent)


def judge(kind: Kind, connection: Connection, item: Item) -> tuple[str, str]:
    """Whether an item changes, is so already, or would be refused and why."""
    if item.target.is_gone:
        return REFUSED, _("No longer on the platform.")
    if item.new is None:
        return REFUSED, _("There is no value to start from.")
    if item.now == item.new:
        return SAME, ""
    try:
        kind.check(connection, item.target, payload_of(item, kind.name))
    except Refused as refused:
        return REFUSED, refused.words
    return CHANGE, ""


def payload_of(item: Item, kind_name: str) -> Any:
    """What the command of an item carries."""
    if kind_name == KINDS["price"]:
        return SetPrice(price=Decimal(item.new), currency=item.currency)
    if kind_name == KINDS["stock"]:
        return SetStock(quantity=int(item.new))
    return SetListing(listed=item.new == "on_sale")


def calls_of(kind: Kind, group: Group) -> int:
    """How many requests the changes of a connection take."""
    if group.why:
        return 0
    room = max(1, kind.bulk(group.connection.declared.channel))
    sizes: dict[Any, int] = defaultdict(int)
    for item in group.of(CHANGE):
        sizes[kind.bulk_group(payload_of(item, kind.name))] += 1
    return sum(-(-size // room) for size in sizes.values())


def shown(item: Item, what: str, value: Any) -> str:
    """A value as the dry run shows it."""
    if value is None:
        return "–"
    if what == "listing":
        return str(words.STATUS.get(value, words.STATUS["unknown"])[1])
    return text(value)


def _connection(row: Any) -> Connection:
    found: Connection = row.connection if isinstance(row, Product) else row.product.connection
    return found
