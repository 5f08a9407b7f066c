"""Forms of the machinery. A connection's fields come from what its platform declares; secrets are write-only."""

from __future__ import annotations

from itertools import count
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.platform import Field, Platform
from dashboard.core.wording import worded
from dashboard.sync.evidence import may_be_absent
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command, Connection
from dashboard.sync.web import new_form_key

_INPUTS = {"password": "password", "email": "email", "number": "number"}


class CommandForm(forms.Form):
    """A form that gives a command. `aliases`: which of its fields stands for one of the payload's."""

    aliases: dict[str, str] = {}

    def refuse(self, refusal: Refused) -> None:
        """Say at its field what the command was refused for."""
        name = self.aliases.get(refusal.field, refusal.field)
        self.add_error(name if name in self.fields else None, refusal.words)


class KeyedForm(CommandForm):
    """One that carries its own key against double clicks, and leaves it to the server to say what is missing."""

    form_key = forms.CharField(max_length=80, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"use_required_attribute": False, **kwargs})
        self.initial.setdefault("form_key", new_form_key())


def free_name(key: str) -> str:
    """A short name that no connection has: the platform's key, else with the next free number."""
    taken = set(Connection.objects.filter(slug__startswith=key).values_list("slug", flat=True))
    return next(name for n in count(1) if (name := key if n == 1 else f"{key}-{n}") not in taken)


class ConnectionForm(forms.Form):
    """A new connection, or (with `connection`) its settings: empty secrets stay as they are."""

    is_kept = True

    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("How staff know this shop."))

    def __init__(self, *args: Any, platform: Platform, connection: Connection | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platform, self.connection = platform, connection
        self.keys = [field.key for field in (*platform.credentials, *platform.options)]
        if connection is None:
            self.fields["slug"] = forms.SlugField(
                label=_("Short name"),
                max_length=60,
                initial=free_name(platform.key),
                help_text=_("Small letters, digits and hyphens; part of addresses, and fixed once it is made."),
            )
        self.fields["title"].initial = connection.title if connection else platform.label
        for field in platform.credentials:
            self.fields[field.key] = self._credential(field)
        for field in platform.options:
            self.fields[field.key] = self._option(field)
        self.fields["base_url"] = forms.CharField(
            label=_("Address"),
            max_length=300,
            required=False,
            initial=connection.base_url if connection else platform.base_url,
            help_text=_("The documented address, unless this is a sandbox. Another host needs a superuser."),
        )

        if "untested" in self.data:
            self.offer_untested()

    def offer_untested(self) -> None:
        """Let a person save what the platform did not confirm; offered only after it was tried."""
        self.fields["untested"] = forms.BooleanField(
            label=_("Save it untested"),
            required=False,
            help_text=_("It takes the place of what is in use, whether the platform takes it or not."),
        )

    def _credential(self, field: Field) -> forms.Field:
        kept = bool(self.connection and self.connection.credentials.get(field.key))
        hint = worded(field.hint)
        if kept and field.secret:
            hint = " ".join(filter(None, (hint, str(_("Set and hidden; leave empty to keep it.")))))
        made = _control(field, hint)
        made.required = field.required and not kept
        if kept and not field.secret and self.connection:
            made.initial = self.connection.credentials.get(field.key)
        return made

    def _option(self, field: Field) -> forms.Field:
        made = _control(field, worded(field.hint))
        made.required = False
        made.initial = (self.connection.options.get(field.key) if self.connection else "") or field.default
        return made

    def given(self) -> dict[str, Any]:
        """What `connections.add` and `connections.change` take: only what was filled in and is new."""
        data = self.cleaned_data
        values = {key: str(data[key]) for key in self.keys if data.get(key) not in (None, "")}
        if self.connection is not None:
            values = {key: value for key, value in values.items() if not self._is_kept(key, value)}
        address = data.get("base_url") or ""
        unchanged = self.connection is not None and self.connection.base_url in (address, address.rstrip("/"))
        own = {"title": data["title"], "values": values, "base_url": "" if unchanged else address}
        return own | ({"untested": True} if data.get("untested") else {})

    def _is_kept(self, key: str, value: str) -> bool:
        kept = self.connection
        return kept is not None and value in (kept.credentials.get(key), str(kept.options.get(key, "")))


def _control(field: Field, hint: str) -> forms.Field:
    label = worded(field.label)
    if field.kind == "choice":
        return forms.ChoiceField(label=label, help_text=hint, choices=[(one, worded(one)) for one in field.choices])
    attrs = {"autocomplete": "new-password" if field.secret else "off", "spellcheck": "false"}
    if field.secret:
        widget: forms.Widget = forms.PasswordInput(attrs=attrs)
    elif field.kind == "json":
        widget = forms.Textarea(attrs=attrs | {"rows": 4})
    else:
        widget = forms.TextInput(attrs=attrs | {"type": _INPUTS.get(field.kind, "text")})
    return forms.CharField(label=label, help_text=hint, widget=widget, max_length=4000)


class SecretForm(forms.Form):
    """One more active callback secret, as the platform issued it."""

    secret = forms.CharField(
        label=_("Secret"),
        min_length=8,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Several may be active while you change over; nobody can read it here afterwards."),
    )


class RouteForm(forms.Form):
    """Another address for an endpoint; empty goes back to the platform's own."""

    name = forms.CharField(max_length=120, widget=forms.HiddenInput)
    address = forms.CharField(
        label=_("Method and path"), max_length=300, required=False, help_text=_("Empty: as the platform declares it.")
    )


class SettleForm(forms.Form):
    """A person's decision on a command that cannot be proven."""

    outcome = forms.ChoiceField(label=_("What is true"), widget=forms.RadioSelect)
    why = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What you saw, and where. It stays in the audit trail."),
    )

    def __init__(self, *args: Any, command: Command, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("done", _("It took effect"))]
        if may_be_absent(command):
            choices.append(("absent", _("It did not: send it again")))
        choices.append(("cancelled", _("Leave it: nothing more is to happen")))
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """Why something is not approved."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
