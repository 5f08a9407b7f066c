"""Secrets at rest: encryption, rotation, and fields that neither show nor search."""

import pickle

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.db import connection, models

from dashboard.core import crypto
from dashboard.core.crypto import decrypt


class Vault(models.Model):
    """A model of the tests alone."""

    text = crypto.EncryptedTextField(null=True)
    data = crypto.EncryptedJSONField(null=True)

    class Meta:
        app_label = "core"
        managed = False
        db_table = "tests_vault"


@pytest.fixture
def vault(db):
    with connection.cursor() as cursor:
        key = "serial PRIMARY KEY" if connection.vendor == "postgresql" else "integer PRIMARY KEY AUTOINCREMENT"
        cursor.execute(f"CREATE TABLE tests_vault (id {key}, text text NULL, data text NULL)")
    yield Vault.objects
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tests_vault")


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, data FROM tests_vault ORDER BY id")
        return cursor.fetchall()


def test_round_trip_and_no_plain_text_in_the_database(vault):
    vault.create(text="canary-text", data={"password": "canary-data"})
    vault.create(text="", data=None)
    first, second = vault.order_by("id")
    assert (first.text, first.data) == ("canary-text", {"password": "canary-data"})
    assert (second.text, second.data) == ("", None)
    assert "canary" not in str(stored())
    assert stored()[1][1] is None


def test_the_same_text_is_stored_differently_and_cannot_be_searched(vault):
    vault.create(text="same")
    vault.create(text="same")
    assert len({text for text, _ in stored()}) == 2
    with pytest.raises(FieldError):
        vault.filter(text="same").count()
    assert vault.filter(data__isnull=True).count() == 2


def test_fields_stay_out_of_forms_and_fixtures(vault):
    from django.core import serializers
    from django.forms import modelform_factory

    vault.create(text="canary-text", data=["canary-data"])
    assert modelform_factory(Vault, fields="__all__").base_fields == {}
    dumped = serializers.serialize("json", vault.all())
    assert "canary" not in dumped
    (restored,) = serializers.deserialize("json", dumped)
    assert (restored.object.text, restored.object.data) == ("canary-text", ["canary-data"])


def test_rotation_encrypts_with_the_first_key_and_the_old_key_can_go(vault, settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SECRETS_KEYS = [old]
    for number in range(5):
        vault.create(text=f"t{number}", data=[number])
    settings.SECRETS_KEYS = [new, old]
    assert crypto.rotate(Vault, ["text", "data"], size=2) == 5
    settings.SECRETS_KEYS = [new]
    assert [(each.text, each.data) for each in vault.order_by("id")] == [(f"t{n}", [n]) for n in range(5)]


def test_an_unknown_key_is_said_without_the_secret(settings):
    token = crypto.encrypt("canary")
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(crypto.Undecryptable) as caught:
        crypto.decrypt(token)
    assert "canary" not in str(caught.value)
    assert token not in str(caught.value)


def test_a_secret_is_opened_only_when_it_is_read(vault, monkeypatch):
    row = vault.create(text="canary-text", data={"password": "canary-data"})
    opened: list[str] = []
    monkeypatch.setattr("dashboard.core.crypto.decrypt", lambda token: opened.append(token) or decrypt(token))
    found = vault.get(pk=row.pk)
    assert opened == []
    assert b"canary" not in pickle.dumps(found.__dict__)
    assert "canary" not in repr(found.__dict__)
    assert (found.text, found.text, found.data) == ("canary-text", "canary-text", {"password": "canary-data"})
    assert len(opened) == 2
