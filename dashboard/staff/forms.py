"""The forms of the staff app."""

from typing import Any, cast

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dashboard.staff.models import User

CODE = forms.TextInput(
    attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "pattern": "[0-9 ]{6,7}", "maxlength": 7}
)


class SignInForm(forms.Form):
    """User name (or e-mail address) and password; `person` is who they belong to."""

    username = forms.CharField(
        label=_("User name or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request
        self.person: User | None = None

    def clean_username(self) -> str:
        """The name that the throttle counts: one person has one, however they write it."""
        typed: str = self.cleaned_data["username"].strip()
        column = "email" if "@" in typed else "username"
        known = User.objects.filter(**{f"{column}__iexact": typed}).values_list("username", flat=True).first()
        return known or typed.lower()

    def clean(self) -> dict[str, Any]:
        """Authenticate; the same words whatever was wrong."""
        data = super().clean() or {}
        if "username" in data and "password" in data:
            self.person = authenticate(self.request, username=data["username"], password=data["password"])
            if self.person is None:
                raise forms.ValidationError(_("User name and password do not match."), code="refused")
        return data


class CodeForm(forms.Form):
    """The six digits of the second step."""

    code = forms.CharField(label=_("Code from your device"), widget=CODE)

    def clean_code(self) -> str:
        """The digits without the space that some devices show."""
        return "".join(self.cleaned_data["code"].split())


class SecondStepForm(forms.Form):
    """What sign-in takes as the second step: the six digits, or a recovery code where the device is lost."""

    code = forms.CharField(
        label=_("Code from your device, or a recovery code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        """What was typed, without spaces."""
        return "".join(self.cleaned_data["code"].split())


class PasswordForm(forms.Form):
    """The person's own password, asked again."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request

    def clean_password(self) -> str:
        """Authenticate again, under the same throttle as sign-in."""
        password: str = self.cleaned_data["password"]
        if authenticate(self.request, username=self.request.user.get_username(), password=password) is None:
            raise forms.ValidationError(_("This is not your password."))
        return password


class OwnPasswordForm(PasswordChangeForm):
    """The present password, and a new one twice."""

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(cast(User, request.user), data)
        self.request = request
        self.fields["new_password1"].help_text = _("12 characters or more; no common word, not digits alone.")

    def clean_old_password(self) -> str:
        """Authenticate again, under the same throttle as sign-in."""
        given: str = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=given) is None:
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return given


class ProfileForm(forms.ModelForm):
    """What people decide about themselves."""

    is_kept = True

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "language", "time_zone", "theme")
        widgets = {"time_zone": forms.TextInput(attrs={"placeholder": "Asia/Shanghai", "autocomplete": "off"})}


class PersonForm(forms.ModelForm):
    """What an admin decides about a person."""

    is_kept = True

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "role", "sees_all_connections")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        connections: Any = User._meta.get_field("connections").related_model  # of an app that knows this one
        self.fields["connections"] = forms.ModelMultipleChoiceField(
            label=_("Visible connections"),
            queryset=connections._default_manager.all(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=list(self.instance.connections.all()) if self.instance.pk else (),
        )

    def save(self, commit: bool = True) -> User:
        """Store the person and the visible connections."""
        person: Any = super().save(commit)
        person.connections.set(self.cleaned_data["connections"])
        return cast(User, person)


class FirstPasswordForm(forms.ModelForm):
    """A password that an admin sets for someone, who changes it themselves later."""

    password = forms.CharField(
        label=_("First password"),
        strip=False,
        help_text=_("12 characters or more. The person can change it under Profile."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def _post_clean(self) -> None:
        """Judge the password once the person's names are known, as it must not resemble them."""
        super()._post_clean()  # type: ignore[misc]
        try:
            password_validation.validate_password(self.cleaned_data.get("password", ""), self.instance)
        except forms.ValidationError as error:
            self.add_error("password", error)

    def save(self, commit: bool = True) -> User:
        """Store the person with the hashed password."""
        self.instance.set_password(self.cleaned_data["password"])
        person: User = super().save(commit)
        return person


class NewPersonForm(FirstPasswordForm, PersonForm):
    """A new person, with a first password."""

    field_order = ("username", "password")

    class Meta(PersonForm.Meta):
        pass
