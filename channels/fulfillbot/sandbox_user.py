"""The agent's simulator: profile, wallet, addresses, favourites and coupons."""

from __future__ import annotations

from typing import Any

from channels.fulfillbot.sandbox_rules import Given, api, body_of, data, iso, paged, refuse, whole_id
from channels.fulfillbot.sandbox_state import Row, State
from channels.sandbox import Reply, Request

_REQUIRED = ("name", "phone", "country", "city", "address", "zipCode")
_PROFILE = ("username", "email", "avatar", "language")


class User(State):
    """What belongs to the owner of the key."""

    # -- profile and wallet ------------------------------------------------------------------------------------------

    @api("GET", "/user/profile", "profile.read", "profile:read")
    def read_profile(self, request: Request) -> Reply:
        """Whose key it is."""
        return data(self.profile)

    @api("PUT", "/user/profile", "profile.update", "profile:write")
    def update_profile(self, request: Request) -> Reply:
        """The fields that are given."""
        given = Given(body_of(request))
        named: list[str] = [name for name in _PROFILE if name in given.values]
        changes = {name: given.text(name, required=name != "avatar") for name in named}
        given.check()
        if "@" not in changes.get("email", "@"):
            raise refuse(400, ["email must be an email"])
        self.profile.update(changes)
        self.applied("profile.update", **changes)
        return data(self.profile)

    @api("GET", "/user/wallet/balance", "wallet.balance", "wallet:read")
    def read_balance(self, request: Request) -> Reply:
        """What is there, what is frozen for open orders, what may be spent."""
        return data(
            {
                "balance": self.balance,
                "frozenBalance": self.frozen,
                "availableBalance": self.available,
                "currency": "CNY",
            }
        )

    @api("GET", "/user/wallet/transactions", "wallet.transactions", "wallet:read")
    def list_transactions(self, request: Request) -> Reply:
        """Newest first."""
        found = sorted(self.transactions, key=lambda one: (one["createdAt"], one["id"]), reverse=True)
        return paged(request, found)

    # -- addresses ---------------------------------------------------------------------------------------------------

    @api("GET", "/user/addresses", "addresses.list", "profile:read")
    def list_addresses(self, request: Request) -> Reply:
        """All of them."""
        return data(list(self.addresses.values()))

    @api("POST", "/user/addresses", "addresses.create", "profile:write")
    def create_address(self, request: Request) -> Reply:
        """A new one; the first is the default."""
        fields = self._address_fields(request)
        number = self.next_number("address")
        self.keep_address({"id": number, "isDefault": not self.addresses, **fields})
        self.applied("addresses.create", id=number, name=fields["name"], zipCode=fields["zipCode"])
        return data(self.addresses[number], 201)

    @api("PUT", "/user/addresses/{id}", "addresses.update", "profile:write")
    def update_address(self, request: Request) -> Reply:
        """Replaced whole."""
        address = self._address(request)
        fields = self._address_fields(request)
        self.keep_address({**address, **fields})
        self.applied("addresses.update", id=address["id"], name=fields["name"], zipCode=fields["zipCode"])
        return data(self.addresses[address["id"]])

    @api("DELETE", "/user/addresses/{id}", "addresses.delete", "profile:write")
    def delete_address(self, request: Request) -> Reply:
        """Gone for good."""
        address = self._address(request)
        del self.addresses[address["id"]]
        self.applied("addresses.delete", id=address["id"])
        return data({"message": "Address deleted"})

    def keep_address(self, address: Row) -> None:
        """One default at most."""
        if address["isDefault"]:
            for other in self.addresses.values():
                other["isDefault"] = False
        self.addresses[address["id"]] = address

    def _address_fields(self, request: Request) -> dict[str, Any]:
        given = Given(body_of(request))
        fields: dict[str, Any] = {name: given.text(name, required=True) for name in _REQUIRED}
        fields["state"] = given.text("state")
        is_default = given.flag("isDefault")
        given.check()
        return fields if is_default is None else {**fields, "isDefault": is_default}

    def _address(self, request: Request) -> Row:
        address = self.addresses.get(whole_id(request))
        if address is None:
            raise refuse(404, "Address not found")
        return address

    # -- favourites and coupons --------------------------------------------------------------------------------------

    @api("GET", "/user/favorites", "favorites.list", "favorites:read")
    def list_favorites(self, request: Request) -> Reply:
        """All of them, newest first, with the price of today."""
        rows = [self._favorite(favorite) for favorite in reversed(self.favorites.values())]
        return data({"items": rows, "total": len(rows)})

    @api("POST", "/user/favorites", "favorites.add", "favorites:write")
    def add_favorite(self, request: Request) -> Reply:
        """A product put aside, once."""
        given = Given(body_of(request))
        product_id = given.text("productId", required=True)
        given.check()
        found = product_id.isascii() and product_id.isdigit() and len(product_id) < 20
        product = self.products.get(int(product_id)) if found else None
        if product is None:
            raise refuse(404, "Product not found")
        if any(favorite["productId"] == product["id"] for favorite in self.favorites.values()):
            raise refuse(409, "Product is already in favorites")
        favorite = self.keep_favorite(product["id"], iso(self.now()))
        self.applied("favorites.add", id=favorite["id"], productId=product_id)
        return data(self._favorite(favorite), 201)

    def keep_favorite(self, product_id: int, added_at: str) -> Row:
        """A new favourite."""
        number = self.next_number("favorite")
        self.favorites[number] = {"id": number, "productId": product_id, "addedAt": added_at}
        return self.favorites[number]

    def _favorite(self, favorite: Row) -> Row:
        product = self.products[favorite["productId"]]
        return {**favorite, "title": product["title"], "price": product["price"], "imageUrl": product["imageUrl"]}

    @api("DELETE", "/user/favorites/{id}", "favorites.remove", "favorites:write")
    def remove_favorite(self, request: Request) -> Reply:
        """By the favourite's own id."""
        favorite = self.favorites.pop(whole_id(request), None)
        if favorite is None:
            raise refuse(404, "Favorite not found")
        self.applied("favorites.remove", id=favorite["id"], productId=favorite["productId"])
        return data({"message": "Favorite removed"})

    @api("GET", "/user/coupons/available", "coupons.available", "coupons:read")
    def list_available_coupons(self, request: Request) -> Reply:
        """On offer."""
        return data([coupon for coupon in self.coupons.values() if not coupon["_mine"]])

    @api("GET", "/user/coupons/my", "coupons.my", "coupons:read")
    def list_my_coupons(self, request: Request) -> Reply:
        """Claimed."""
        return data([coupon for coupon in self.coupons.values() if coupon["_mine"]])
