"""The one list of platforms. A sixth costs its folder and one line here."""

from __future__ import annotations

from channels import accplanet, fulfillbot, imetastore, m2e, shoppo
from channels.platform import Platform

_ALL: tuple[Platform, ...] = (
    accplanet.PLATFORM,
    fulfillbot.PLATFORM,
    imetastore.PLATFORM,
    m2e.PLATFORM,
    shoppo.PLATFORM,
)

PLATFORMS: dict[str, Platform] = {platform.key: platform for platform in _ALL}
