"""Every write under every fault: one effect at most, and an error that says what may be done next."""

from collections.abc import Callable
from typing import Any

import pytest

from channels import errors as e
from channels import records as r
from tests.channels.fulfillbot.support import HOME, SHOE, Bench, parcel, purchase, ref

WRITES: dict[str, Callable[[Bench], Any]] = {
    "cart.add": lambda b: b.channel.add_to_cart((SHOE,)),
    "cart.add_batch": lambda b: b.channel.add_to_cart((SHOE, SHOE)),
    "cart.update": lambda b: b.channel.update_cart(ref("501"), 3, True),
    "cart.remove": lambda b: b.channel.remove_from_cart(ref("501")),
    "cart.clear": lambda b: b.channel.clear_cart(),
    "orders.create": lambda b: b.channel.place_purchase_order(purchase()),
    "orders.cancel": lambda b: b.channel.cancel_purchase_order(ref(b.order("pending")["orderNo"]), "late"),
    "shipping.create": lambda b: b.channel.create_shipment(parcel(b.shippable()[0])),
    "shipping.cancel": lambda b: b.channel.cancel_shipment(ref(b.shipment("pending")["orderNo"])),
    "shipping.confirm": lambda b: b.channel.confirm_delivery(ref(b.shipment("shipped")["orderNo"])),
    "profile.update": lambda b: b.channel.update_profile({"language": "de"}),
    "addresses.create": lambda b: b.channel.save_address(None, HOME, None),
    "addresses.update": lambda b: b.channel.save_address(ref("10"), HOME, None),
    "addresses.delete": lambda b: b.channel.delete_address(ref("10")),
    "favorites.add": lambda b: b.channel.add_favourite("67890"),
    "favorites.remove": lambda b: b.channel.remove_favourite(ref("5")),
}

AMBIGUOUS: dict[str, tuple[str, dict[str, Any]]] = {
    "reset": ("drop_after_apply", {}),
    "timeout": ("slow", {}),
    "half an answer": ("malformed", {}),
    "no answer": ("malformed", {"body": ""}),
    "a page": ("malformed", {"body": "<html>ok</html>"}),
    "no envelope": ("malformed", {"body": '{"message": "done"}'}),
    "a list": ("malformed", {"body": '{"data": [1]}'}),
    "500 afterwards": ("status", {"code": 500, "after": True}),
    "502 afterwards": ("status", {"code": 502, "after": True}),
}


def test_every_write_is_here(bench: Bench) -> None:
    assert set(WRITES) == {route.name for route in bench.channel.http.routes if route.writes}


@pytest.mark.parametrize("name", WRITES)
def test_without_a_fault(bench: Bench, name: str) -> None:
    WRITES[name](bench)
    assert bench.applied == [name]


@pytest.mark.parametrize("how", AMBIGUOUS)
@pytest.mark.parametrize("name", WRITES)
def test_applied_but_not_answered(bench: Bench, name: str, how: str) -> None:
    fault, more = AMBIGUOUS[how]
    bench.fault(name, fault, **more)
    with pytest.raises(e.Ambiguous):
        WRITES[name](bench)
    assert bench.applied == [name]
    assert bench.called.count(name) == 1


@pytest.mark.parametrize("name", WRITES)
def test_turned_away_by_the_limit(bench: Bench, name: str) -> None:
    bench.fault(name, "rate_limit", seconds=45)
    with pytest.raises(e.NotSent) as error:
        WRITES[name](bench)
    assert error.value.rate_limited
    assert error.value.retry_at is not None
    assert (error.value.retry_at - bench.sandbox.now()).total_seconds() == 45
    assert error.value.words == "Rate limit exceeded. Try again in 45s"
    assert bench.applied == []
    WRITES[name](bench)
    assert bench.applied == [name]


@pytest.mark.parametrize("name", WRITES)
def test_turned_away_for_now(bench: Bench, name: str) -> None:
    bench.fault(name, "status", code=503)
    with pytest.raises(e.NotSent):
        WRITES[name](bench)
    assert (bench.applied, bench.called.count(name)) == ([], 1)


@pytest.mark.parametrize("name", WRITES)
def test_a_500_before_it_was_applied_cannot_be_told_apart(bench: Bench, name: str) -> None:
    bench.fault(name, "status", code=500)
    with pytest.raises(e.Ambiguous):
        WRITES[name](bench)
    assert bench.applied == []


@pytest.mark.parametrize("name", WRITES)
def test_a_key_refused_on_the_way(bench: Bench, name: str) -> None:
    """A static key cannot be renewed: the connection has to be put right, and nothing happened."""
    bench.fault(name, "expire_token")
    with pytest.raises(e.AuthFailed, match="Invalid API Key"):
        WRITES[name](bench)
    assert (bench.applied, bench.called.count(name)) == ([], 1)


@pytest.mark.parametrize("name", ["orders.create", "shipping.create"])
def test_money_moves_once(bench: Bench, name: str) -> None:
    """What an unknown outcome leaves behind is what the read-back looks for."""
    before = {movement["id"] for movement in bench.sandbox.transactions}
    bench.fault(name, "drop_after_apply")
    with pytest.raises(e.Ambiguous):
        WRITES[name](bench)
    made = bench.effects[0]["orderNo"]
    new = [one for one in bench.channel.pull_wallet(None, None).records if int(one.remote_id) not in before]
    assert [one.order_number for one in new] == [made]
    pull = bench.channel.pull_purchase_orders if name == "orders.create" else bench.channel.pull_shipments
    assert pull(None, None).records[0].remote_id == made


def test_reads_are_tried_again(bench: Bench) -> None:
    bench.fault("orders.list", "drop_after_apply", times=2)
    assert len(bench.channel.pull_purchase_orders(None, None).records) == 40
    bench.fault("orders.list", "status", code=500, times=3)
    with pytest.raises(e.NotSent):
        bench.channel.pull_purchase_orders(None, None)
    assert bench.called == ["orders.list"] * 6


def test_a_limited_read_waits_for_the_caller(bench: Bench) -> None:
    bench.fault("*", "rate_limit", seconds=20)
    with pytest.raises(e.NotSent) as error:
        bench.channel.pull_cart(None, None)
    assert error.value.rate_limited
    assert bench.called == ["cart.read"]


def test_questions_by_post_change_nothing(bench: Bench) -> None:
    """Quotes and imports may be repeated; an unreadable answer is no unknown outcome."""
    bench.fault("logistics.quote_all", "drop_after_apply")
    assert bench.channel.quote_freight(r.FreightQuery(country="US", weight_grams=1000))
    bench.fault("products.import_1688", "malformed")
    with pytest.raises(e.WireError):
        bench.channel.import_source_product(offer_id="xxx")
    assert bench.applied == []


def test_no_secret_in_what_is_kept(bench: Bench) -> None:
    for name in ("orders.create", "profile.update"):
        bench.fault(name, "malformed")
        with pytest.raises(e.Ambiguous):
            WRITES[name](bench)
    bench.channel.check_credentials()
    key = bench.sandbox.credentials["api_key"]
    assert key not in repr(bench.exchanges)
    assert key not in repr(bench.sandbox.ledger)
