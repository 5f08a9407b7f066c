"""The simulator's state: everything that has a relay id, and what the rules need to change it."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from datetime import datetime
from typing import Any

Thing = dict[str, Any]


class Problem(Exception):
    """A business error in the platform's words. ``kind`` is its ``type``."""

    def __init__(self, words: str, kind: str = "BusinessError") -> None:
        super().__init__(words)
        self.kind = kind


def unknown_id(given: str) -> Problem:
    """The platform's answer to an id that names nothing of the right kind."""
    return Problem(f"Invalid relay ID {given}", "InvalidRelayID")


class Shop:
    """Plain dictionaries with the document's field names; ``_`` begins what no query can see."""

    def __init__(
        self,
        rng: random.Random,
        now: Callable[[], datetime],
        applied: Callable[..., None],
        push: Callable[[str, Thing], None],
    ) -> None:
        self.random = rng
        self.applied = applied
        self.push = push
        self._now = now
        self.nodes: dict[str, Thing] = {}
        self.products: dict[str, Thing] = {}
        self.categories: list[Thing] = []
        self.merchants: list[Thing] = []
        self.orders: dict[str, Thing] = {}
        self.tickets: dict[str, Thing] = {}
        self.charges: dict[str, str] = {}

    def now(self) -> int:
        """Unix seconds."""
        return int(self._now().timestamp())

    def new_id(self) -> str:
        """A relay id in one of the two shapes that the document shows."""
        if self.random.random() < 0.5:
            return "2142171375136" + "".join(self.random.choices(string.digits, k=10))
        return "m" + "".join(self.random.choices(string.ascii_letters + string.digits, k=12))

    def add(self, typename: str, **fields: Any) -> Thing:
        """Make a node that ``node(id:)`` finds."""
        thing = {"__typename": typename, "id": self.new_id(), **fields}
        self.nodes[thing["id"]] = thing
        return thing

    def find(self, typename: str, given: str) -> Thing:
        """The node of that type. Raises the platform's error when there is none."""
        thing = self.nodes.get(str(given))
        if thing is None or thing["__typename"] != typename:
            raise unknown_id(given)
        return thing

    def live_sku(self, given: str) -> Thing:
        """A Sku that can be ordered by this id (a snapshot's id cannot)."""
        sku = self.find("Sku", given)
        if sku["_isSnapshot"]:
            raise unknown_id(given)
        return sku

    def snapshot(self, thing: Thing) -> Thing:
        """The thing as it is now, with an id of its own; ``originalId`` leads to the live one."""
        mark = {"isSnapshot": True} if thing["__typename"] == "Product" else {"_isSnapshot": True}
        copy = {**thing, "id": self.new_id(), "originalId": thing["id"], **mark}
        self.nodes[copy["id"]] = copy
        return copy

    def remove(self, product: Thing) -> None:
        """A product goes away with its Skus; orders keep their snapshots."""
        del self.products[product["id"]]
        for gone in (product["id"], *product["_skus"]):
            del self.nodes[gone]

    def touch(self, product: Thing) -> None:
        """The product changed now; its inventory is the sum of its Skus'."""
        product["inventory"] = sum(self.nodes[sku]["inventory"] for sku in product["_skus"])
        product["_timeUpdated"] = self.now()

    def shift_stock(self, sku_id: str, by: int) -> None:
        """Stock of a live Sku moves, and the partner is told; nothing where the Sku is gone."""
        sku = self.nodes.get(sku_id)
        if sku is not None:
            sku["inventory"] += by
            self.touch(self.products[sku["_product"]])
            self.push("sku-update", sku)
