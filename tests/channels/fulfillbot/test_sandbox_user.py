"""Profile, addresses, favourites and coupons over the simulator."""

from decimal import Decimal

import pytest

from channels import errors as e
from channels import records as r
from tests.channels.fulfillbot.support import HOME, Bench, everything, ref


def test_profile_is_changed(bench: Bench) -> None:
    bench.channel.update_profile({"username": "Zoë 🐻", "language": "de"})
    (profile,) = bench.channel.pull_profile(None, None).records
    assert (profile.name, profile.language, profile.email) == ("Zoë 🐻", "de", "john@example.com")
    assert bench.effects == [{"username": "Zoë 🐻", "language": "de"}]


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"username": ""}, "username should not be empty"), ({"email": "nobody"}, "email must be an email")],
)
def test_profile_refuses(bench: Bench, fields: dict[str, str], words: str) -> None:
    with pytest.raises(e.Rejected, match=words):
        bench.channel.update_profile(fields)
    assert bench.sandbox.profile["username"] == "john_doe"
    assert bench.applied == []


def test_every_profile_field_can_be_changed(bench: Bench) -> None:
    for field in bench.channel.profile_fields:
        bench.channel.update_profile({field: "a@example.com"})
        assert bench.sandbox.profile[field] == "a@example.com"


def test_addresses_live(bench: Bench) -> None:
    made = bench.channel.save_address(None, HOME, True)
    assert made.remote_id == "15"
    listed = {one.remote_id: one for one in everything(bench.channel.pull_addresses)}
    assert listed["15"].address == HOME
    assert [one.remote_id for one in listed.values() if one.is_default] == ["15"]
    moved = r.Address(name="J", phone="1", street1="2 Main St", city="Reno", postcode="89501", country="US")
    assert bench.channel.save_address(ref("15"), moved, None).remote_id == "15"
    listed = {one.remote_id: one for one in everything(bench.channel.pull_addresses)}
    assert (listed["15"].address, listed["15"].is_default) == (moved, True)
    assert bench.channel.delete_address(ref("15")).words == "Address deleted"
    assert len(everything(bench.channel.pull_addresses)) == 5
    assert bench.applied == ["addresses.create", "addresses.update", "addresses.delete"]


def test_addresses_are_checked(bench: Bench) -> None:
    with pytest.raises(e.Rejected, match="name should not be empty; phone should not be empty"):
        bench.channel.save_address(None, r.Address(country="US", city="Reno", street1="a", postcode="1"), None)
    with pytest.raises(e.Rejected, match="Address not found"):
        bench.channel.save_address(ref("99"), HOME, None)
    status, answer = bench.call("POST", "/user/addresses", {"isDefault": "yes"})
    assert status == 400
    assert "isDefault must be a boolean value" in answer["message"]
    assert bench.applied == []


def test_favourites_live(bench: Bench) -> None:
    made = bench.channel.add_favourite("67890")
    first = everything(bench.channel.pull_favourites)[0]
    assert (first.remote_id, first.product_remote_id, first.currency) == (made.remote_id, "67890", "CNY")
    with pytest.raises(e.Rejected, match="already in favorites"):
        bench.channel.add_favourite("67890")
    assert bench.channel.remove_favourite(ref(made.remote_id)).words == "Favorite removed"
    with pytest.raises(e.Rejected, match="Favorite not found"):
        bench.channel.remove_favourite(ref(made.remote_id))
    assert bench.applied == ["favorites.add", "favorites.remove"]


@pytest.mark.parametrize("product", ["1", "abc", "9" * 5000])
def test_a_favourite_that_does_not_exist(bench: Bench, product: str) -> None:
    with pytest.raises(e.Rejected, match="Product not found"):
        bench.channel.add_favourite(product)
    assert bench.applied == []


def test_a_favourite_by_number_is_refused(bench: Bench) -> None:
    """Product ids are text in bodies."""
    assert bench.call("POST", "/user/favorites", {"productId": 12345})[1]["message"] == ["productId must be a string"]


def test_coupons(bench: Bench) -> None:
    found = {one.remote_id: one for one in bench.channel.pull_coupons(None, None).records}
    assert {key: (one.claimed, one.kind) for key, one in found.items()} == {
        "50": (False, "percentage"),
        "51": (True, "fixed_amount"),
        "52": (True, "percentage"),
    }
    assert found["51"].minimum == Decimal("300.0000")
