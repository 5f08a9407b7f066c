"""Reading the environment: every value may also come from a file named by ``NAME_FILE``, or from ``.env``."""

import contextlib
import os
import re
import tempfile
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from pathlib import Path

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

LOCAL_SUFFIXES = (".localhost", ".local", ".test", ".internal")
KNOWN_KEYS = {"changeme", "change-me", "secret", "secret-key", "insecure"}


def read(base: Path, *, dot_env: bool) -> environ.FileAwareEnv:
    """Return the environment; with `dot_env` the file ``.env`` in `base` supplies what the process does not have."""
    if dot_env and (base / ".env").is_file():
        environ.Env.read_env(base / ".env")
    return environ.FileAwareEnv()


def kept_secret(env: environ.FileAwareEnv, name: str, make: Callable[[], str], folder: Path | None) -> str:
    """Return the secret `name`; where it is not set, make it once and keep it in `folder`.

    Without a folder (production) an unset secret raises ImproperlyConfigured.
    """
    # Not env.str(): there a leading dollar sign would mean another variable's name.
    if value := (env.ENVIRON.get(name) or "").strip():
        return str(value)
    if folder is None:
        raise ImproperlyConfigured(f"Set {name}, or {name}_FILE: outside DEBUG nothing makes one for you.")
    path = folder / name.lower()
    if not path.exists():
        _write_once(path, make())
    return path.read_text().strip()


def _write_once(path: Path, value: str) -> None:
    """Write a private file unless another process was first; a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as stream:
        stream.write(value + "\n")
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()


def fernet_keys(text: str) -> list[str]:
    """Split comma-separated Fernet keys; raises ImproperlyConfigured, without showing it, where one is not a key."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"SECRETS_KEYS: number {position} is not a Fernet key (32 bytes, urlsafe base64)."
            ) from None
    return keys


def amounts(name: str, text: str) -> dict[str, Decimal]:
    """Split ``500,JPY=80000`` into amounts by currency, the one without under the empty name.

    Raises ImproperlyConfigured for what is no amount of zero or more, and for a currency that is not three letters.
    """
    found: dict[str, Decimal] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        currency, _equals, number = part.rpartition("=")
        try:
            amount = Decimal(number)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0 or (currency and not re.fullmatch("[A-Z]{3}", currency)):
            raise ImproperlyConfigured(f"{name}: “{part}” is no amount such as 500 or JPY=80000.")
        found[currency] = amount
    return found


def refuse_unsafe(*, debug: bool, secret_key: str, hosts: list[str]) -> None:
    """Raise ImproperlyConfigured for DEBUG on a public host, and for a well-known SECRET_KEY without DEBUG."""
    if debug:
        if public := [host for host in hosts if _is_public(host)]:
            raise ImproperlyConfigured(f"DEBUG is on while ALLOWED_HOSTS names {public[0]}: turn DEBUG off.")
    elif secret_key.startswith("django-insecure-") or secret_key.lower() in KNOWN_KEYS:
        raise ImproperlyConfigured("SECRET_KEY is a well-known value: set a random one of 50 characters or more.")


def _is_public(host: str) -> bool:
    """Whether a host name is one that strangers can resolve: dotted, no address, no local suffix."""
    name = host.strip("[]").lower()
    with contextlib.suppress(ValueError):
        ip_address(name)
        return False
    return "." in name.strip(".") and not name.endswith(LOCAL_SUFFIXES)


def redis_of_process(url: str, worker: str) -> str:
    """The address of another Redis database for each test process: `gw1` gets the second after the one named."""
    base, _, number = url.rpartition("/")
    if not worker or not number.isdigit():
        return url
    return f"{base}/{int(number) + 1 + int(worker.removeprefix('gw'))}"
