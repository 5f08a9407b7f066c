"""Secrets at rest: Fernet under SECRETS_KEYS. The first key encrypts, all of them decrypt."""

import functools
import json
from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models, transaction
from django.db.models.query_utils import DeferredAttribute


class Undecryptable(ValueError):
    """The stored text was encrypted with a key that SECRETS_KEYS no longer names, or was altered."""


def encrypt(text: str) -> str:
    """``text`` as an ASCII token, different on every call."""
    return _box(tuple(settings.SECRETS_KEYS)).encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text of ``token``; raises Undecryptable, whose message never holds either."""
    try:
        return _box(tuple(settings.SECRETS_KEYS)).decrypt(token.encode()).decode()
    except (InvalidToken, UnicodeError) as problem:
        raise Undecryptable("a stored secret cannot be read with any key of SECRETS_KEYS") from problem


@functools.cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class Sealed:
    """A stored token that nobody has read yet. It shows nothing of itself, and caches and pickles hold only it."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "Sealed()"


class _Opening(DeferredAttribute):
    """Decrypts at the first reading of the attribute: pages that name a connection never open its secrets."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = self.field.load(decrypt(value.token))  # type: ignore[attr-defined]
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        """Keep the value; being settable is what makes readings pass through here."""
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database. Not editable, so that no admin page and no model form shows it.

    It cannot be filtered or sorted by; NULL stays NULL and the empty text is encrypted as any other. What `values()`
    gives is still sealed.
    """

    descriptor_class = _Opening

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: Any) -> Any:
        """The token for ``value``."""
        if isinstance(value, Sealed):
            return value.token
        return None if value is None else encrypt(self.dump(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The stored token, opened when the attribute is read."""
        return None if value is None else Sealed(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only ``isnull``: two encryptions of one text differ."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched")

    def value_to_string(self, obj: Any) -> str:
        """Fixtures hold the token, never the text."""
        value = self.value_from_object(obj)
        return "" if value is None else encrypt(self.dump(value))

    def to_python(self, value: Any) -> Any:
        """The value of a fixture's token."""
        return self.load(decrypt(value)) if isinstance(value, str) and value.startswith("gAAAA") else value

    def dump(self, value: Any) -> str:
        """The text to encrypt."""
        return str(value)

    def load(self, text: str) -> Any:
        """The value of a decrypted text."""
        return text


class EncryptedJSONField(EncryptedTextField):
    """The same for a JSON value (credentials, delivered rows)."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def dump(self, value: Any) -> str:
        """The value as JSON."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def load(self, text: str) -> Any:
        """The value of a JSON text."""
        return json.loads(text)


def encrypted_fields() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every model with encrypted fields, and their names."""
    for model in apps.get_models():
        names = [field.attname for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
        if names:
            yield model, names


def rotate(model: type[models.Model], names: list[str], size: int = 200) -> int:
    """Encrypt the fields of every row anew with the first key; returns how many rows. Safe while others write."""
    done, last = 0, None
    while True:
        with transaction.atomic():
            rows = model._base_manager.order_by("pk").select_for_update().only("pk", *names)
            page = list((rows.filter(pk__gt=last) if last is not None else rows)[:size])
            if page:
                model._base_manager.bulk_update(page, names)
        if not page:
            return done
        done, last = done + len(page), page[-1].pk
