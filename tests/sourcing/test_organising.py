"""Cart, addresses, favourites, profile: each change is made once, and refusals change nothing."""

import pytest

from dashboard.sourcing import models as m
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from tests.connected import drive, effects, fault, pull, queue, step
from tests.sourcing.test_shipments import TO

ADDRESS = TO | {"country": "DE"}


@pytest.fixture
def mirrored(connection):
    """The connection after its short lists were read."""
    pull(connection, "cart", "addresses", "favourites", "profile")
    return connection


def cart_line():
    return m.CartItem.objects.order_by("pk").first().remote_id


def address():
    return m.AddressEntry.objects.order_by("pk").first().remote_id


def favourite():
    return m.Favourite.objects.order_by("pk").first().remote_id


WRITES = [
    ("sourcing.cart_add", "cart.add", lambda: "-", {"items": [{"product": "12345", "sku": None, "quantity": 2}]}),
    ("sourcing.cart_update", "cart.update", cart_line, {"quantity": 4, "selected": False}),
    ("sourcing.cart_remove", "cart.remove", cart_line, {}),
    ("sourcing.cart_clear", "cart.clear", lambda: "-", {}),
    ("sourcing.save_address", "addresses.create", lambda: "-", ADDRESS),
    ("sourcing.save_address", "addresses.update", address, ADDRESS | {"is_default": True}),
    ("sourcing.delete_address", "addresses.delete", address, {}),
    ("sourcing.add_favourite", "favorites.add", lambda: "-", {"product": "12346"}),
    ("sourcing.remove_favourite", "favorites.remove", favourite, {}),
    ("sourcing.update_profile", "profile.update", lambda: "-", {"username": "Mei", "language": "zh"}),
]


def rows():
    """The mirror of all short lists, to be compared with another reading of it."""
    models = (m.CartItem, m.AddressEntry, m.Favourite, m.Profile)
    return [sorted(model.objects.present().values_list("remote_id", "content_hash")) for model in models]


@pytest.mark.parametrize("kind", [None, "drop_after_apply", "status"])
@pytest.mark.parametrize(("name", "endpoint", "target", "payload"), WRITES)
def test_each_change_is_made_once_and_mirrored(mirrored, sandbox, goods, name, endpoint, target, payload, kind):
    if "items" in payload:
        payload = {"items": [goods]}
    if kind:
        fault(sandbox, endpoint, kind)
    before = rows()
    command = queue(mirrored, name, target(), **payload)
    assert step(command).state == ("unknown" if kind else "done")
    assert drive(command).state == "done", command.error
    assert len(effects(sandbox)) == 1
    assert len(effects(sandbox, endpoint)) == 1
    assert rows() != before


def test_several_go_into_the_cart_in_one_call(mirrored, sandbox, goods):
    other = sandbox.products[12347]
    other["skus"][0]["stock"] = 50
    second = {"product": "12347", "sku": other["skus"][0]["skuId"], "quantity": 1}
    command = drive(queue(mirrored, "sourcing.cart_add", "-", items=[goods, second]))
    assert command.state == "done"
    assert len(effects(sandbox, "cart.add_batch")) == 1
    assert m.CartItem.objects.get(product_remote_id="12347").quantity == 1


def test_a_cart_that_changed_otherwise_needs_a_person(mirrored, sandbox, goods):
    fault(sandbox, "cart.add", "status")
    command = queue(mirrored, "sourcing.cart_add", "-", items=[goods])
    step(command)
    sandbox.put_in_cart(*sandbox.product_and_sku("12345", goods["sku"]), 7)
    assert drive(command).state == "needs_review"
    assert effects(sandbox) == []


@pytest.mark.parametrize(
    ("name", "target", "payload", "field"),
    [
        ("sourcing.cart_add", lambda: "-", {"items": []}, "items"),
        (
            "sourcing.cart_add",
            lambda: "-",
            {"items": [{"product": "1", "sku": "a", "quantity": 1, "remark": "x"}] * 2},
            "items",
        ),
        ("sourcing.cart_update", cart_line, {}, "quantity"),
        ("sourcing.cart_update", cart_line, {"quantity": 0}, "quantity"),
        ("sourcing.cart_remove", lambda: "999", {}, ""),
        ("sourcing.save_address", lambda: "-", ADDRESS | {"city": " "}, "city"),
        ("sourcing.save_address", lambda: "999", ADDRESS, ""),
        ("sourcing.delete_address", lambda: "999", {}, ""),
        ("sourcing.add_favourite", lambda: "-", {"product": ""}, "product"),
        ("sourcing.add_favourite", lambda: "-", {"product": "12345"}, "product"),
        ("sourcing.update_profile", lambda: "-", {}, ""),
        ("sourcing.update_profile", lambda: "-", {"shoe_size": "43"}, "shoe_size"),
    ],
)
def test_what_would_surely_be_refused_is_not_queued(mirrored, sandbox, name, target, payload, field):
    with pytest.raises(Refused) as refused:
        queue(mirrored, name, target(), **payload)
    assert refused.value.field == field
    assert not Command.objects.exists()
    assert effects(sandbox) == []


@pytest.mark.parametrize(
    ("name", "endpoint", "payload"),
    [("sourcing.cart_add", "cart.add", None), ("sourcing.save_address", "addresses.create", ADDRESS)],
)
def test_a_gateway_that_was_wrong_about_it_adds_nothing_twice(mirrored, sandbox, goods, name, endpoint, payload):
    """503 says that nothing was done; it was done all the same."""
    fault(sandbox, endpoint, "status", code=503, after=True)
    command = step(queue(mirrored, name, "-", **(payload or {"items": [goods]})))
    assert (command.state, len(effects(sandbox))) == ("queued", 1)
    assert (drive(command).state, len(effects(sandbox))) == ("done", 1)


def test_an_address_that_the_platform_wrote_otherwise_is_not_saved_again(mirrored, sandbox):
    fault(sandbox, "addresses.create", "drop_after_apply")
    command = step(queue(mirrored, "sourcing.save_address", "-", **ADDRESS))
    assert command.state == "unknown"
    (effect,) = effects(sandbox)
    sandbox.addresses[effect["id"]]["phone"] = "0049 30 1234"
    assert drive(command).state == "needs_review"
    assert effects(sandbox) == [effect]


def test_an_address_that_another_command_made_is_no_reason_to_doubt(mirrored, sandbox):
    fault(sandbox, "addresses.create", "status", code=500)
    command = step(queue(mirrored, "sourcing.save_address", "-", **ADDRESS))
    assert command.state == "unknown"
    assert drive(queue(mirrored, "sourcing.save_address", "-", **ADDRESS | {"name": "Li Na"})).state == "done"
    assert drive(command).state == "done"
    assert [one["name"] for one in effects(sandbox)] == ["Li Na", ADDRESS["name"]]


def test_a_refusal_of_the_platform_changes_nothing(mirrored, sandbox):
    before = rows()
    command = drive(queue(mirrored, "sourcing.update_profile", "-", email="no address"))
    assert (command.state, command.error) == ("rejected", "email must be an email")
    assert (effects(sandbox), rows()) == ([], before)


def test_a_favourite_is_found_by_its_product_too(mirrored, sandbox):
    row = m.Favourite.objects.order_by("pk").first()
    assert queue(mirrored, "sourcing.remove_favourite", row.product_remote_id).target == row.remote_id
