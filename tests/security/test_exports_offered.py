"""A list offers a file only to who may have one."""

import pytest

from dashboard.staff.permissions import ROLES

pytestmark = pytest.mark.django_db
LISTS = [
    "/catalog/", "/orders/", "/aftersales/", "/messages/", "/tickets/", "/sourcing/orders/", "/sourcing/shipments/",
    "/sourcing/warehouse/", "/sourcing/favourites/", "/finance/", "/finance/payments/", "/finance/wallet/",
    "/finance/coupons/", "/finance/margins/", "/activity/", "/activity/runs/", "/staff/audit/",
]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_export_is_offered_to_who_may_export(client_for, user_for, role):
    client, may_export = client_for(role), user_for(role).may("export")
    for address in LISTS:
        page = client.get(address)
        if page.status_code == 403:
            continue
        offered = b"format=csv" in page.content
        assert offered <= may_export, address
        assert client.get(address, {"format": "csv"}).status_code == (200 if may_export else 403), address
