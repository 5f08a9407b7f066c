"""Forms in the product's markup: label, hint, error, and a summary that says nothing was sent."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

_CLASSES = {"Textarea": "textarea", "Select": "select", "SelectMultiple": "select", "NullBooleanSelect": "select"}
_BARE = {"CheckboxInput", "RadioSelect", "CheckboxSelectMultiple", "HiddenInput", "MultipleHiddenInput"}

currency_code = RegexValidator(r"^[A-Za-z]{3}\Z", _("Three letters, such as USD."))


class Renderer(TemplatesSetting):
    """Renders ``{{ form }}`` and ``{{ field.as_field_group }}`` by ``components/forms``."""

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"


def control(field: BoundField) -> SafeString:
    """The field's widget with the class that the style sheet knows, besides its own.

    A long text has no ``maxlength``: a browser cuts what is pasted without a word, and a part of it would be sent.
    """
    names = [kind.__name__ for kind in type(field.field.widget).__mro__]
    if names[0] in _BARE:
        return field.as_widget()
    css = next((_CLASSES[name] for name in names if name in _CLASSES), "input")
    own = field.field.widget.attrs.get("class", "")
    if css == "textarea":
        field.field.widget.attrs.pop("maxlength", None)
    return field.as_widget(attrs={"class": f"{css} {own}".strip()})


def is_optional(field: BoundField) -> bool:
    """Whether the form does without the field; of those that it names in `one_of` one is needed, whichever."""
    return not field.field.required and field.name not in getattr(field.form, "one_of", ())


def lines_of(text: str) -> list[str]:
    """The lines that say something, without the space around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def error_fields(form: Any) -> list[BoundField]:
    """The visible fields with errors, in the form's order."""
    return [field for field in form.visible_fields() if field.errors]


class _Digits(forms.Field):
    """Base: `1_000` is how programs write a thousand; nobody who types it into a form is known to mean that."""

    def to_python(self, value: Any) -> Any:
        """The number. Raises `ValidationError` for what only a program would read as one."""
        if "_" in str(value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class WholeField(_Digits, forms.IntegerField):
    """A whole number."""


class NumberField(_Digits, forms.DecimalField):
    """A number with its decimals, exactly."""


class SavedViewForm(forms.Form):
    """A name for the filters of a list, and whether everyone gets it as a tab."""

    is_kept = True

    domain = forms.SlugField(max_length=40, widget=forms.HiddenInput)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the view"), max_length=40)
    shared = forms.BooleanField(label=_("A tab for everyone"), required=False)
