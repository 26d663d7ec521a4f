"""The form of a rule: which notices go where."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from dashboard.models import NoticeRule
from dashboard.notices.sending import wrong_address
from dashboard.notices.turns import TURNS, parse_selector
from regions import inventory
from regions.domain.refs import short_name

SEVERITIES = [("info", "everything"), ("warning", "warnings and errors"), ("error", "errors")]


class RuleForm(forms.Form):
    """A rule as people say it; `save` makes or changes it."""

    name = forms.CharField(max_length=100, error_messages={"required": "Give it a name, such as “On call”."})
    url = forms.CharField(max_length=500, error_messages={"required": "Say where messages go."})
    turns = forms.MultipleChoiceField(
        choices=list(TURNS.items()), error_messages={"required": "Choose at least one thing to be told of."}
    )
    severity = forms.ChoiceField(choices=SEVERITIES)
    regions = forms.MultipleChoiceField(required=False)
    selector = forms.CharField(max_length=300, required=False)
    enabled = forms.BooleanField(required=False)

    def __init__(self, *args: Any, rule: NoticeRule | None = None, **kwargs: Any) -> None:
        self.rule = rule
        if rule:
            kwargs.setdefault("initial", {name: getattr(rule, name) for name in self.base_fields})
        else:
            kwargs.setdefault(
                "initial",
                {
                    "turns": [name for name in TURNS if name != "deployment_ready"],
                    "severity": "info",
                    "enabled": True,
                },
            )
        super().__init__(*args, **kwargs)
        names = {*inventory.links(), *(rule.regions if rule else ())}
        choices = [(name, short_name(name)) for name in sorted(names)]
        self.fields["regions"].choices = choices  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        if wrong := wrong_address(url, allow_loopback=settings.PANE_ALLOW_LOOPBACK):
            raise forms.ValidationError(wrong)
        return url

    def clean_selector(self) -> str:
        text = str(self.cleaned_data["selector"]).strip()
        try:
            parse_selector(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def save(self, person: str) -> NoticeRule:
        said = self.cleaned_data
        rule = self.rule or NoticeRule(created_at=timezone.now(), person=person, salt=secrets.token_hex(16))
        if rule.pk and rule.url != said["url"]:
            # Another receiver must not be able to check, or forge, what the earlier one was sent.
            rule.salt = secrets.token_hex(16)
        for name, value in said.items():
            setattr(rule, name, value)
        rule.save()
        return rule
