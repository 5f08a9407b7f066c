"""Questions about purchases, packages and shipments. Their words are the agent's; what is not known counts as open."""

from __future__ import annotations

from typing import Self

from dashboard.sync.models import MirrorQuerySet

PURCHASE_ENDED = ("completed", "cancelled")
SHIPMENT_ENDED = ("delivered", "cancelled")
STORAGE_FREE_DAYS = 90
STORAGE_WARN_DAYS = 75


class PurchaseQuerySet(MirrorQuerySet):
    """Purchase orders."""

    def open(self) -> Self:
        """Those that still move."""
        return self.present().exclude(status__in=PURCHASE_ENDED)

    def troubled(self) -> Self:
        """Inspected, and not passed."""
        return self.open().exclude(inspection__in=("", "passed"))


class PackageQuerySet(MirrorQuerySet):
    """Packages."""

    def shippable(self) -> Self:
        """Those that a shipment may take."""
        return self.present().filter(shippable=True)

    def overdue(self) -> Self:
        """Stored for so long that it soon costs, or does already."""
        return self.present().filter(storage_days__gte=STORAGE_WARN_DAYS).exclude(status="shipped")


class ShipmentQuerySet(MirrorQuerySet):
    """Shipments."""

    def open(self) -> Self:
        """Those that still move."""
        return self.present().exclude(status__in=SHIPMENT_ENDED)
