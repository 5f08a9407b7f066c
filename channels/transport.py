"""Where a request may go: public addresses only, checked at the moment of connecting."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore


class GuardedBackend(httpcore.SyncBackend):
    """Resolves once, refuses private addresses, and connects to the very address that was checked."""

    def __init__(self, private_hosts: frozenset[str]) -> None:
        self._private_hosts = private_hosts

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a checked address of ``host``; refused addresses count as never reached."""
        address = resolve(host, port, self._private_hosts)
        return super().connect_tcp(address, port, timeout, local_address, socket_options)

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """No platform lives on a local socket."""
        raise httpcore.ConnectError("Local sockets are not allowed.")


def resolve(host: str, port: int, private_hosts: frozenset[str]) -> str:
    """An address of ``host`` that may be called. Raises ``httpcore.ConnectError`` when there is none."""
    try:
        found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise httpcore.ConnectError(f"{host} has no address ({type(error).__name__}).") from None
    for address in found:
        if host in private_hosts or is_public(str(address)):
            return str(address)
    raise httpcore.ConnectError(f"{host} is a private address, which is not allowed.")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, an IPv4 address inside an IPv6 one included."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inside(ip)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64 (RFC 6052)
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a mapped, translated, compatible, 6to4 or Teredo address leads to."""
    if ip in _TRANSLATED or ip in _COMPATIBLE:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
