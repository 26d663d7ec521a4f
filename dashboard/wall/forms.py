"""What an administrator says of a screen's link."""

import ipaddress
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms

from regions.domain.refs import MANAGEMENT

LASTS = {"1": "a day", "7": "a week", "30": "30 days", "90": "90 days", "365": "a year"}
NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


class ScreenForm(forms.Form):
    """Name, scope, end and network of a new link."""

    name = forms.CharField(
        max_length=60, error_messages={"required": "Say which screen it is, so that you know which one to revoke."}
    )
    regions = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": "There is no region %(value)s any more; choose among those below."},
    )
    namespaces = forms.CharField(required=False, max_length=2000)
    lasts = forms.ChoiceField(
        choices=list(LASTS.items()),
        initial="90",
        error_messages={"required": "Choose when the link ends.", "invalid_choice": "Choose when the link ends."},
    )
    network = forms.CharField(required=False, max_length=64)

    def __init__(self, *args: Any, regions: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(regions, key=lambda name: (name != MANAGEMENT, name))
        self.fields["regions"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def clean_namespaces(self) -> list[str]:
        found = sorted({part for part in re.split(r"[\s,]+", self.cleaned_data["namespaces"]) if part})
        for name in found:
            if not NAMESPACE.fullmatch(name):
                raise forms.ValidationError(f"{name} cannot be a namespace: small letters, digits and dashes only.")
        return found

    def clean_network(self) -> str:
        text = self.cleaned_data["network"].strip()
        if not text:
            return ""
        try:
            return str(ipaddress.ip_network(text))
        except ValueError as error:
            try:
                wider = ipaddress.ip_network(text, strict=False)
            except ValueError:
                raise forms.ValidationError(
                    f"{text} is no network. Write it like 10.20.0.0/16, or one address like 10.20.1.7."
                ) from error
            raise forms.ValidationError(f"{text} has bits below its mask. Did you mean {wider}?") from error

    @property
    def length(self) -> timedelta:
        return timedelta(days=int(self.cleaned_data["lasts"]))
