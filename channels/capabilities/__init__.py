"""What a channel can do, as small protocols. A channel has a capability by having its methods; nothing lists it.

Rules for every method:

- ``pull_*(after, since)`` gives one :class:`~channels.records.Page`. ``after`` is the cursor of the page before
  (``None``: first page). ``since`` (aware UTC) asks only for what changed from then on, as far as the platform can
  tell; ``None`` asks for everything, so that what was not seen is gone. A pull may answer more than ``since`` asks.
- ``read_*`` gives one record, or ``None`` when the platform says that there is none.
- Every other verb writes. It raises ``NotSent``, ``Ambiguous``, ``Rejected`` or ``AuthFailed`` (see ``errors``), never
  repeats itself, and gives a :class:`~channels.records.Receipt`.
- Plain attributes (``price_rule``, ``stock_batch`` …) are declarations that forms and checks read before sending.
"""

from __future__ import annotations

import functools

from channels.capabilities.catalog import (
    AppendsAccounts,
    ChecksCredentials,
    CreatesProducts,
    DeletesProducts,
    PriceRule,
    PullsAccounts,
    PullsCategories,
    PullsProducts,
    ReadsProducts,
    SetsListings,
    SetsPrices,
    SetsStock,
    StockRule,
    UpdatesProducts,
    UploadsImages,
)
from channels.capabilities.finance import (
    PullsBalances,
    PullsCoupons,
    PullsPayments,
    PullsWallet,
)
from channels.capabilities.orders import (
    CancelsLines,
    CancelsOrders,
    CreatesOrders,
    DeliversOrders,
    MarksPaid,
    PullsOrders,
    ReadsDeliveries,
    ReadsOrders,
    RefundsOrders,
    ReportsDeliveryErrors,
    SetsOrderStatus,
    UploadsInvoices,
)
from channels.capabilities.sourcing import (
    CancelsPurchaseOrders,
    CancelsShipments,
    ConfirmsDeliveries,
    CreatesShipments,
    EditsCart,
    EditsFavourites,
    ImportsSources,
    PlacesPurchaseOrders,
    PullsAddresses,
    PullsCart,
    PullsFavourites,
    PullsPackages,
    PullsProfile,
    PullsPurchaseOrders,
    PullsShipments,
    PullsShippingMethods,
    QuotesFreight,
    ReadsPurchaseOrders,
    ReadsShipments,
    ReadsWarehouse,
    SavesAddresses,
    SearchesSources,
    UpdatesProfile,
)
from channels.capabilities.support import (
    DecidesCases,
    OpensTickets,
    PullsMessages,
    PullsThreads,
    PullsTickets,
    ReadsCases,
    ReadsMessages,
    ReadsTickets,
    RepliesToTickets,
    SendsMessages,
    UpdatesTickets,
)

# Every capability by its name, for the conformance sheet and for messages.
CAPABILITIES: dict[str, type] = {
    name: value
    for name, value in list(globals().items())
    if isinstance(value, type) and getattr(value, "_is_protocol", False)
}


def has(channel: object, capability: type) -> bool:
    """Whether the channel (instance or class) has every member of the capability."""
    members: frozenset[str] = getattr(capability, "__protocol_attrs__", None) or _members(capability)
    return all(hasattr(channel, member) for member in members)


@functools.cache
def _members(capability: type) -> frozenset[str]:
    """Names that a protocol demands: its methods and annotated attributes (Python 3.11 keeps no public list)."""
    own = {name for name in vars(capability) if not name.startswith("_")}
    return frozenset(own | set(capability.__annotations__ if "__annotations__" in vars(capability) else ()))


__all__ = [
    "CAPABILITIES",
    "AppendsAccounts",
    "CancelsLines",
    "CancelsOrders",
    "CancelsPurchaseOrders",
    "CancelsShipments",
    "ChecksCredentials",
    "ConfirmsDeliveries",
    "CreatesOrders",
    "CreatesProducts",
    "CreatesShipments",
    "DecidesCases",
    "DeletesProducts",
    "DeliversOrders",
    "EditsCart",
    "EditsFavourites",
    "ImportsSources",
    "MarksPaid",
    "OpensTickets",
    "PlacesPurchaseOrders",
    "PriceRule",
    "PullsAccounts",
    "PullsAddresses",
    "PullsBalances",
    "PullsCart",
    "PullsCategories",
    "PullsCoupons",
    "PullsFavourites",
    "PullsMessages",
    "PullsOrders",
    "PullsPackages",
    "PullsPayments",
    "PullsProducts",
    "PullsProfile",
    "PullsPurchaseOrders",
    "PullsShipments",
    "PullsShippingMethods",
    "PullsThreads",
    "PullsTickets",
    "PullsWallet",
    "QuotesFreight",
    "ReadsCases",
    "ReadsDeliveries",
    "ReadsMessages",
    "ReadsOrders",
    "ReadsProducts",
    "ReadsPurchaseOrders",
    "ReadsShipments",
    "ReadsTickets",
    "ReadsWarehouse",
    "RefundsOrders",
    "RepliesToTickets",
    "ReportsDeliveryErrors",
    "SavesAddresses",
    "SearchesSources",
    "SendsMessages",
    "SetsListings",
    "SetsOrderStatus",
    "SetsPrices",
    "SetsStock",
    "StockRule",
    "UpdatesProducts",
    "UpdatesProfile",
    "UpdatesTickets",
    "UploadsImages",
    "UploadsInvoices",
    "has",
]
