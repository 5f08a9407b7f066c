"""What the platform declares agrees with its document."""

import pytest

from channels import capabilities
from channels.errors import RouteUnconfirmed
from channels.fulfillbot import PLATFORM
from channels.fulfillbot.channel import FulfillbotChannel
from channels.fulfillbot.routes import SCOPES
from channels.fulfillbot.sandbox import FulfillbotSandbox
from channels.fulfillbot.sandbox_state import DEMO_KEY
from channels.platform import Ports, Settings
from channels.registry import PLATFORMS

CAPABILITIES = {
    "CancelsPurchaseOrders", "CancelsShipments", "ChecksCredentials", "ConfirmsDeliveries", "CreatesShipments",
    "EditsCart", "EditsFavourites", "ImportsSources", "PlacesPurchaseOrders", "PullsAddresses", "PullsBalances",
    "PullsCart", "PullsCoupons", "PullsFavourites", "PullsPackages", "PullsProfile", "PullsPurchaseOrders",
    "PullsShipments", "PullsShippingMethods", "PullsWallet", "QuotesFreight", "ReadsPurchaseOrders", "ReadsShipments",
    "ReadsWarehouse", "SavesAddresses", "SearchesSources", "UpdatesProfile",
}  # fmt: skip

ENDPOINTS = """
GET /products/search products:read
GET /products/platform/taobao/search products:read
GET /products/platform/1688/search products:read
GET /products/platform/weidian/search products:read
GET /products/{id} products:read
POST /products/import/1688 products:read
GET /cart cart:read
POST /cart/items cart:write
POST /cart/items/batch cart:write
PATCH /cart/items/{id} cart:write
DELETE /cart/items/{id} cart:write
DELETE /cart cart:write
POST /orders orders:write
GET /orders orders:read
GET /orders/{id} orders:read
GET /orders/{id}/status orders:read
GET /orders/{id}/logistics orders:read
GET /orders/{id}/inspection orders:read
POST /orders/{id}/cancel orders:write
GET /logistics/countries logistics:read
GET /logistics/shipping-methods logistics:read
POST /logistics/calculate-freight-batch logistics:read
POST /logistics/calculate-freight logistics:read
POST /shipping/create shipping:write
GET /shipping/orders shipping:read
GET /shipping/orders/{id} shipping:read
POST /shipping/orders/{id}/cancel shipping:write
POST /shipping/orders/{id}/confirm-delivery shipping:write
GET /warehouse/packages warehouse:read
GET /warehouse/packages/stats warehouse:read
GET /warehouse/packages/shippable warehouse:read
GET /warehouse/packages/{id} warehouse:read
GET /user/profile profile:read
PUT /user/profile profile:write
GET /user/wallet/balance wallet:read
GET /user/wallet/transactions wallet:read
GET /user/addresses profile:read
POST /user/addresses profile:write
PUT /user/addresses/{id} profile:write
DELETE /user/addresses/{id} profile:write
GET /user/favorites favorites:read
POST /user/favorites favorites:write
DELETE /user/favorites/{id} favorites:write
GET /user/coupons/available coupons:read
GET /user/coupons/my coupons:read
"""


def test_endpoints() -> None:
    found = sorted(f"{route.method} {route.path} {route.scope}" for route in PLATFORM.routes)
    assert found == sorted(ENDPOINTS.split("\n")[1:-1])
    assert len({route.name for route in PLATFORM.routes}) == len(found) == 45


def test_every_path_is_documented_and_every_scope_known() -> None:
    assert all(route.documented for route in PLATFORM.routes)
    assert {route.scope for route in PLATFORM.routes} == set(SCOPES)
    assert len(SCOPES) == 15


def test_writes_need_a_write_scope_and_only_they() -> None:
    for route in PLATFORM.routes:
        assert route.writes == route.scope.endswith(":write"), route.name


def test_the_sandbox_serves_every_route() -> None:
    served = {mark[2]: mark[0] for _, mark in FulfillbotSandbox()._endpoints}
    assert served == {route.name: route.method for route in PLATFORM.routes}


def test_capabilities() -> None:
    found = {name for name, kind in capabilities.CAPABILITIES.items() if capabilities.has(FulfillbotChannel, kind)}
    assert found == CAPABILITIES
    assert not set(PLATFORM.needs) & found
    assert set(PLATFORM.needs) <= set(capabilities.CAPABILITIES)


def test_registered() -> None:
    assert PLATFORMS["fulfillbot"] is PLATFORM
    assert [field.key for field in PLATFORM.credentials if field.secret] == ["api_key"]
    assert set(FulfillbotSandbox.credentials) == {"api_key"}
    assert FulfillbotSandbox.credentials["api_key"] == DEMO_KEY


def test_production_needs_no_confirmation() -> None:
    channel = PLATFORM.open(Settings(base_url=PLATFORM.base_url, credentials={"api_key": "sk-x"}), Ports())
    try:
        for route in PLATFORM.routes:
            assert channel.http.routes.get(route.name) == route
    except RouteUnconfirmed as error:
        pytest.fail(error.words)
    finally:
        channel.http.close()
