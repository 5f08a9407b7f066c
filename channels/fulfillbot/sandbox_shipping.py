"""The agent's simulator: freight, the warehouse, and shipments abroad."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from channels.fulfillbot.sandbox_data import CHANNELS, COUNTRIES, freight
from channels.fulfillbot.sandbox_rules import Given, api, body_of, data, iso, paged, refuse, whole_id
from channels.fulfillbot.sandbox_state import Row, State
from channels.sandbox import Reply, Request

_ROW = ("orderNo", "status", "channelName", "trackingNo", "totalWeight", "shippingFee", "createdAt")
_MADE = ("orderNo", "status", "channelName", "totalWeight", "shippingFee", "currency", "createdAt")
_REQUIRED = (
    "recipientName",
    "recipientPhone",
    "recipientCountry",
    "recipientCity",
    "recipientAddress",
    "recipientZipCode",
)
CARGO = ("general", "sensitive", "battery", "liquid")


class Shipping(State):
    """A shipment takes its packages out of what is shippable and debits its fee at once."""

    # -- logistics ---------------------------------------------------------------------------------------------------

    @api("GET", "/logistics/countries", "logistics.countries", "logistics:read")
    def list_countries(self, request: Request) -> Reply:
        """Every country."""
        return data([{"code": code, "name": name} for code, name in COUNTRIES])

    @api("GET", "/logistics/shipping-methods", "logistics.methods", "logistics:read")
    def list_methods(self, request: Request) -> Reply:
        """Channels by country, weight in grams and cargo, each optional."""
        query = Given(request.query, of_query=True)
        country, grams = query.text("country"), query.whole("weight", least=1)
        cargo = query.text("cargoType", among=CARGO)
        query.check()
        found = [
            channel
            for channel in CHANNELS
            if (not country or country in channel["_countries"])
            and (not grams or _takes(channel, grams))
            and (not cargo or cargo in channel["supportedCargo"])
        ]
        return data(found)

    @api("POST", "/logistics/calculate-freight-batch", "logistics.quote_all", "logistics:read")
    def quote_all(self, request: Request) -> Reply:
        """Every channel that takes the parcel."""
        given = Given(body_of(request))
        quotes = _quotes(given)
        given.check()
        return data({"channels": quotes})

    @api("POST", "/logistics/calculate-freight", "logistics.quote", "logistics:read")
    def quote(self, request: Request) -> Reply:
        """One channel."""
        given = Given(body_of(request))
        wanted = given.text("channelId", required=True)
        quotes = _quotes(given)
        given.check()
        found = next((quote for quote in quotes if quote["channelId"] == wanted), None)
        if found is None:
            raise refuse(400, "Shipping channel is not available for this parcel")
        return data(found)

    # -- warehouse ---------------------------------------------------------------------------------------------------

    @api("GET", "/warehouse/packages", "warehouse.packages", "warehouse:read")
    def list_packages(self, request: Request) -> Reply:
        """Every package, newest first."""
        return paged(request, [self._shown(package) for package in self._newest(self.packages.values())])

    @api("GET", "/warehouse/packages/shippable", "warehouse.shippable", "warehouse:read")
    def list_shippable(self, request: Request) -> Reply:
        """Packages that a shipment may take."""
        found = [package for package in self.packages.values() if is_shippable(package)]
        return paged(request, [self._shown(package) for package in self._newest(found)])

    @api("GET", "/warehouse/packages/stats", "warehouse.stats", "warehouse:read")
    def package_stats(self, request: Request) -> Reply:
        """Counts."""
        packages = self.packages.values()
        return data(
            {
                "total": len(packages),
                "inWarehouse": sum(package["status"] == "in_warehouse" for package in packages),
                "shippable": sum(is_shippable(package) for package in packages),
            }
        )

    @api("GET", "/warehouse/packages/{id}", "warehouse.package", "warehouse:read")
    def read_package(self, request: Request) -> Reply:
        """One package."""
        package = self.packages.get(whole_id(request))
        if package is None:
            raise refuse(404, "Package not found")
        return data(self._shown(package))

    def _newest(self, packages: Any) -> list[Row]:
        return sorted(packages, key=lambda package: (package["_at"], package["id"]), reverse=True)

    def _shown(self, package: Row) -> Row:
        return {**package, "storageDays": max(0, (self.now() - package["_at"]).days)}

    # -- shipments ---------------------------------------------------------------------------------------------------

    @api("POST", "/shipping/create", "shipping.create", "shipping:write")
    def create_shipment(self, request: Request) -> Reply:
        """Everything is checked before any package leaves."""
        given = Given(body_of(request))
        lines = [
            (item.whole("inventoryId", required=True, least=1), item.whole("quantity", required=True, least=1))
            for item in given.several("items")
        ]
        channel_id = given.text("logisticsChannelId", required=True)
        recipient = {name: given.text(name, required=True) for name in _REQUIRED}
        recipient["recipientState"] = given.text("recipientState")
        remark = given.text("remark")
        given.check()
        shipment = self.ship(lines, _channel(channel_id), recipient, self.now(), remark)
        self.applied(
            "shipping.create",
            orderNo=shipment["orderNo"],
            items=[list(line) for line in lines],
            shippingFee=str(shipment["shippingFee"]),
            remark=remark,
        )
        items = [{"inventoryId": item["inventoryId"], "name": item["name"]} for item in shipment["items"]]
        return data({**{key: shipment[key] for key in _MADE}, "items": items}, 201)

    def ship(
        self, lines: list[tuple[int, int]], channel: Row, recipient: dict[str, str], at: datetime, remark: str = ""
    ) -> Row:
        """Check, debit and keep a new shipment; a package goes as one piece."""
        packages = self._take_out(lines)
        country = recipient["recipientCountry"]
        grams = sum(package["weight"] for package in packages)
        if country not in channel["_countries"] or not _takes(channel, grams):
            raise refuse(400, "Shipping channel is not available for this parcel")
        fee = freight(channel, country, grams)
        self.afford(fee)
        number = self.order_number("SHP", at)
        self.balance -= fee
        self.record_movement("shipping", -fee, number, at)
        for package in packages:
            package["status"] = "shipping"
        self.shipments[number] = {
            "orderNo": number,
            "status": "pending",
            "channelName": channel["name"],
            "trackingNo": None,
            "totalWeight": grams,
            "shippingFee": fee,
            "currency": "CNY",
            "items": [{"inventoryId": p["id"], "name": p["productName"], "quantity": 1} for p in packages],
            **recipient,
            "createdAt": iso(at),
            "_carrier": channel["carrier"],
            "_remark": remark,
        }
        return self.shipments[number]

    def _take_out(self, lines: list[tuple[int, int]]) -> list[Row]:
        """The packages of a new shipment."""
        ids = [package_id for package_id, _ in lines]
        if len(set(ids)) < len(ids):
            raise refuse(400, "Each package may be listed once")
        for package_id, quantity in lines:
            package = self.packages.get(package_id)
            if package is None:
                raise refuse(400, f"Package {package_id} not found")
            if not is_shippable(package):
                raise refuse(400, f"Package {package_id} is not available for shipping")
            if quantity > 1:
                raise refuse(400, f"Quantity exceeds the inventory of package {package_id}")
        return [self.packages[package_id] for package_id in ids]

    @api("GET", "/shipping/orders", "shipping.list", "shipping:read")
    def list_shipments(self, request: Request) -> Reply:
        """Newest first."""
        found = sorted(self.shipments.values(), key=lambda one: (one["createdAt"], one["orderNo"]), reverse=True)
        return paged(request, [{key: shipment[key] for key in _ROW} for shipment in found])

    @api("GET", "/shipping/orders/{id}", "shipping.read", "shipping:read")
    def read_shipment(self, request: Request) -> Reply:
        """The row with its packages and recipient."""
        return data(self._shipment(request))

    @api("POST", "/shipping/orders/{id}/cancel", "shipping.cancel", "shipping:write")
    def cancel_shipment(self, request: Request) -> Reply:
        """Only while pending; packages and fee come back."""
        shipment = self._shipment(request)
        if shipment["status"] != "pending":
            raise refuse(400, f"Shipping order cannot be cancelled in status {shipment['status']}")
        shipment["status"] = "cancelled"
        for item in shipment["items"]:
            self.packages[item["inventoryId"]]["status"] = "in_warehouse"
        self.balance += shipment["shippingFee"]
        self.record_movement("shipping_refund", shipment["shippingFee"], shipment["orderNo"], self.now())
        self.applied("shipping.cancel", orderNo=shipment["orderNo"], refund=str(shipment["shippingFee"]))
        return _said(shipment, "Shipping order cancelled")

    @api("POST", "/shipping/orders/{id}/confirm-delivery", "shipping.confirm", "shipping:write")
    def confirm_delivery(self, request: Request) -> Reply:
        """Only what is on its way."""
        shipment = self._shipment(request)
        if shipment["status"] not in ("shipped", "customs_clearance"):
            raise refuse(400, f"Delivery cannot be confirmed in status {shipment['status']}")
        shipment["status"] = "delivered"
        self.applied("shipping.confirm", orderNo=shipment["orderNo"])
        return _said(shipment, "Delivery confirmed")

    def _shipment(self, request: Request) -> Row:
        shipment = self.shipments.get(request.params["id"])
        if shipment is None:
            raise refuse(404, "Shipping order not found")
        return shipment

    def dispatch(self, shipment: Row, at: datetime) -> None:
        """A pending shipment leaves; an order all of whose packages have left is completed."""
        shipment["status"] = "shipped"
        shipment["trackingNo"] = f"{shipment['_carrier'][:3].upper()}{self.random.randint(10**9, 10**10 - 1)}CN"
        left = [self.packages[item["inventoryId"]] for item in shipment["items"]]
        for package in left:
            package["status"] = "shipped"
        for number in {package["orderId"] for package in left}:
            of_order = [package for package in self.packages.values() if package["orderId"] == number]
            if all(package["status"] == "shipped" for package in of_order):
                self.orders[number].update(status="completed", updatedAt=iso(at))


def is_shippable(package: Row) -> bool:
    """In the warehouse, and through its inspection."""
    return bool(package["status"] == "in_warehouse" and package["_passed"])


def _takes(channel: Row, grams: Decimal | int) -> bool:
    return bool(channel["weightRange"]["min"] <= grams <= channel["weightRange"]["max"])


def _channel(channel_id: str) -> Row:
    found = next((channel for channel in CHANNELS if channel["channelId"] == channel_id), None)
    if found is None:
        raise refuse(400, f"Shipping channel {channel_id} not found")
    return found


def _quotes(given: Given) -> list[Row]:
    """Prices of every channel; volumetric grams are length x width x height in cm / 5."""
    country = given.text("country", required=True)
    grams = given.whole("weight", required=True, least=1)
    sides = [given.number(name) for name in ("length", "width", "height")]
    volume = sides[0] * sides[1] * sides[2] if sides[0] and sides[1] and sides[2] else Decimal(0)
    volumetric = int(min(volume, Decimal(10**9)) / 5)
    charged = max(grams, volumetric)
    return [
        {
            "channelId": channel["channelId"],
            "name": channel["name"],
            "actualWeight": grams,
            "volumetricWeight": volumetric,
            "chargeWeight": charged,
            "totalPrice": freight(channel, country, charged),
            "currency": "CNY",
            "deliveryDays": channel["deliveryDays"],
        }
        for channel in CHANNELS
        if country in channel["_countries"] and _takes(channel, charged)
    ]


def _said(shipment: Row, message: str) -> Reply:
    return data({"orderNo": shipment["orderNo"], "status": shipment["status"], "message": message})
