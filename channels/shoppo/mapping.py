"""Shoppo's wire → records of the catalog and of tickets. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from channels import records as r
from channels import wire
from channels.shoppo import wire as w

CURRENCY = "USD"
GRAMS_A_POUND = Decimal("453.59237")

TICKET_WORDS = wire.table(
    {"NEW": "open", "OPEN": "open", "PENDING": "pending", "HOLD": "pending", "SOLVED": "solved", "CLOSED": "closed"}
)
_LISTED = {True: ("on_sale", "enabled"), False: ("off_sale", "not enabled"), None: ("unknown", "")}


# -- catalog ---------------------------------------------------------------------------------------------------------


def product(said: w.Product, raw: bytes) -> r.ProductRecord:
    """A live product (of a snapshot, the live product's id). Shoppo tells neither when it was made nor updated."""
    live = said.originalId if said.isSnapshot and said.originalId else said.id
    status, remote_status = _LISTED[said.enabled]
    categories = [one for one in said.consumerCategories or () if one]
    first = categories[0] if categories else w.ConsumerProductCategory()
    return r.ProductRecord(
        remote_id=wire.required_id(live),
        title=wire.text(said.name) or wire.text(said.chineseName),
        status=status,
        remote_status=remote_status,
        brand=wire.text(said.brand),
        category=wire.text(first.path),
        category_remote_id=wire.text(first.categoryId) or wire.text(said.categoryId),
        sku=wire.text(said.identifier),
        quantity=wire.count(said.inventory, "inventory"),
        url=wire.text(said.landingPageUrl),
        description=wire.text(said.description),
        images=images(said.coverImage, said.whiteBackgroundImage, *(said.extraImages or ())),
        attributes=_product_attributes(said, categories[1:]),
        variants=tuple(
            variant(one, f"skus[{index}]", said.enabled) for index, one in enumerate(said.skus or ()) if one
        ),
        raw=raw,
    )


def variant(said: w.Sku, at: str, product_enabled: bool | None = None) -> r.VariantRecord:
    """A Sku: its relay id is the only code it has. Weight is told in pounds."""
    enabled = said.enabled if product_enabled is not False else False
    return r.VariantRecord(
        remote_id=wire.required_id(said.id, f"{at}.id"),
        sku=wire.text(said.id),
        title=" / ".join(part for part in (wire.text(said.color), wire.text(said.size)) if part),
        price=wire.amount(said.price, f"{at}.price"),
        currency=CURRENCY,
        quantity=wire.count(said.inventory, f"{at}.inventory"),
        status=_LISTED[enabled][0],
        image=wire.text(said.coverImage.originalUrl) if said.coverImage else "",
        options=pairs(("Color", said.color), ("Size", said.size)),
        attributes=_variant_attributes(said, at),
        weight_grams=grams(said.weight),
    )


def category(said: w.ConsumerProductCategory, raw: bytes) -> r.CategoryRecord:
    """A category, named by Shoppo's own category id, which products and filters use."""
    path = wire.text(said.path)
    return r.CategoryRecord(
        remote_id=wire.required_id(said.categoryId or said.id, "categoryId"),
        name=path.rpartition(">")[2].strip(),
        path=path,
        raw=raw,
    )


def _product_attributes(said: w.Product, others: Iterable[w.ConsumerProductCategory]) -> tuple[r.Attribute, ...]:
    battery = {True: "yes", False: "no", None: ""}[said.hasBattery]
    return pairs(
        *(("Feature", feature) for feature in said.features or ()),
        ("Made for", said.targetUserType),
        ("Chinese name", said.chineseName),
        ("Tags", ", ".join(tag for tag in said.tags or () if tag)),
        ("UPC", said.upc),
        ("Battery", battery),
        ("Shoppo status", said.status),
        *(("Also in", other.path) for other in others),
    )


def _variant_attributes(said: w.Sku, at: str) -> tuple[r.Attribute, ...]:
    return pairs(
        ("MSRP", money(said.msrp, f"{at}.msrp")),
        ("Shipping price", money(said.shippingPrice, f"{at}.shippingPrice")),
        ("Shipping time", said.shippingTime),
        ("Length (inch)", said.length),
        ("Width (inch)", said.width),
        ("Height (inch)", said.height),
        ("Weight (pound)", said.weight),
        *((wire.text(spec.name), spec.value) for spec in said.specs or () if spec),
        *_couriers(said, f"{at}.shippingConfig"),
    )


def _couriers(said: w.Sku, at: str) -> tuple[tuple[str, str], ...]:
    """Price and time of each courier, for the countries that have their own."""
    configs = said.shippingConfig if isinstance(said.shippingConfig, list) else [said.shippingConfig]
    return tuple(
        (
            f"Shipping by {wire.text(one.CountryCourierCode)}",
            ", ".join(part for part in (money(one.shippingPrice, f"{at}.shippingPrice"), one.shippingTime) if part),
        )
        for one in configs
        if one
    )


def pairs(*given: tuple[str, object]) -> tuple[r.Attribute, ...]:
    """Attributes of what has a name and says something."""
    return tuple(r.Attribute(name=name, value=wire.text(value)) for name, value in given if name and wire.text(value))


def money(value: Decimal | None, path: str) -> str:
    """An amount as text with two decimals, or four where it has them. Raises ``WireError`` for what is no amount."""
    found = wire.amount(value, path)
    return "" if found is None else f"{found:f}".removesuffix("00")


def images(*given: w.Image | None) -> tuple[str, ...]:
    """The addresses of pictures, each once."""
    return tuple(dict.fromkeys(wire.urls(one.originalUrl for one in given if one)))


def grams(pounds: w.Loose) -> int | None:
    """A weight in pounds, told as text → grams; ``None`` for what is no weight."""
    try:
        found = Decimal(wire.text(pounds)) * GRAMS_A_POUND
    except ArithmeticError:
        return None
    return int(found.to_integral_value()) if found.is_finite() and 0 <= found < 2_147_483_647 else None


# -- tickets ---------------------------------------------------------------------------------------------------------


def ticket(kind: str, said: w.Ticket, raw: bytes) -> r.TicketRecord:
    """A ticket. Shoppo tells neither its order nor its times, nor who wrote a comment (all count as incoming)."""
    remote_id = wire.required_id(said.ticketId or said.id, "ticketId")
    return r.TicketRecord(
        remote_id=remote_id,
        kind=kind,
        status=wire.word(TICKET_WORDS, said.zendeskStatus or said.status),
        remote_status=wire.text(said.status),
        desk_status=wire.text(said.zendeskStatus),
        subject=wire.text(said.reason),
        body=wire.text(said.remark),
        buyer=f"{wire.text(said.firstName)} {wire.text(said.lastName)}".strip(),
        replies=_replies(remote_id, said.comments),
        is_partial=not _are_all(said.comments),
        raw=raw,
    )


def _are_all(said: w.Comments | None) -> bool:
    """Whether every comment is shown: the field is known from a picture only, and a page may end before the last."""
    if said is None or said.edges is None:
        return False
    shown = sum(bool(edge and edge.node) for edge in said.edges)
    return shown == len(said.edges) and (wire.count(said.length, "length") or 0) <= shown


def _replies(ticket_id: str, said: w.Comments | None) -> tuple[r.TicketReplyRecord, ...]:
    nodes = [edge.node for edge in (said.edges if said else None) or () if edge and edge.node]
    return tuple(
        r.TicketReplyRecord(remote_id=f"{ticket_id}:{n}", direction="in", body=wire.text(node.content))
        for n, node in enumerate(nodes, 1)
    )
