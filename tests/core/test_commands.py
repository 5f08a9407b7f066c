"""The commands of the ground: exact output, and refusal with one clear line."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from dashboard.core import crypto, translations


def test_rotate_secrets_names_every_table(db, capsys, monkeypatch):
    monkeypatch.setattr(crypto, "encrypted_fields", lambda: iter([]))
    call_command("rotate_secrets")
    assert capsys.readouterr().out == ""


def test_rotate_secrets_stops_at_what_it_cannot_read(db, monkeypatch):
    from dashboard.staff.models import User

    def unreadable(model, names):
        crypto.decrypt(Fernet(Fernet.generate_key()).encrypt(b"canary").decode())

    monkeypatch.setattr(crypto, "encrypted_fields", lambda: iter([(User, ["x"])]))
    monkeypatch.setattr(crypto, "rotate", unreadable)
    with pytest.raises(CommandError, match=r"staff\.User: a stored secret cannot be read") as caught:
        call_command("rotate_secrets")
    assert "canary" not in str(caught.value)


def test_translations_check(monkeypatch, capsys):
    monkeypatch.setattr(translations, "missing", lambda path: ["Hello"])
    with pytest.raises(CommandError, match="channels zh_Hans: 1 messages are not translated"):
        call_command("translations", check=True)
    assert capsys.readouterr().err == "channels zh_Hans: 'Hello'\n"
    monkeypatch.setattr(translations, "missing", lambda path: [])
    call_command("translations", check=True)
    assert capsys.readouterr().out == "channels zh_Hans: complete\ndashboard zh_Hans: complete\n"


def test_translations_need_one_thing_to_do():
    with pytest.raises(CommandError):
        call_command("translations")
