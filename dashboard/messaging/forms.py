"""Forms of conversations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from dashboard.messaging.models import CannedReply, ThreadNote


class NoteForm(forms.ModelForm):
    """A private note."""

    class Meta:
        model = ThreadNote
        fields = ("text",)


class CannedForm(forms.ModelForm):
    """A reply written once."""

    is_kept = True

    class Meta:
        model = CannedReply
        fields = ("shortcut", "text")
        labels = {"shortcut": lazy("Shortcut"), "text": lazy("Text")}
        help_texts = {
            "shortcut": lazy("Typed after / in a reply: letters, numbers and hyphens."),
            "text": lazy("{buyer} becomes the buyer's name, {order} their newest order, {shop} the shop, {me} you."),
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
