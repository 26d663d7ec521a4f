"""The form of a rule: which notices go where."""

import secrets
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.conf import settings
from django.utils import timezone

from dashboard.models import NoticeRule
from dashboard.notices.addresses import MAIL, address_of, channel_and_address, keep_address, key_in
from dashboard.notices.channels import CHANNELS
from dashboard.notices.sending import wrong_address
from dashboard.notices.timing import DAILY, HOURLY
from dashboard.notices.turns import TURNS, parse_selector
from regions import inventory
from regions.domain.refs import short_name

DIGESTS = [("", "soon: what turns within half a minute"), (HOURLY, "once an hour"), (DAILY, "once a day, at 8:00")]
LONGEST = 500
SEVERITIES = [("info", "everything"), ("warning", "warnings and errors"), ("error", "errors")]


class RuleForm(forms.Form):
    """A rule as people say it; `save` makes or changes it."""

    name = forms.CharField(max_length=100, error_messages={"required": "Give it a name, such as “On call”."})
    channel = forms.ChoiceField(choices=[(word, channel.title) for word, channel in CHANNELS.items()], required=False)
    url = forms.CharField(max_length=LONGEST, required=False)
    key = forms.CharField(max_length=200, required=False)
    turns = forms.MultipleChoiceField(
        choices=list(TURNS.items()), error_messages={"required": "Choose at least one thing to be told of."}
    )
    severity = forms.ChoiceField(choices=SEVERITIES)
    regions = forms.MultipleChoiceField(required=False)
    selector = forms.CharField(max_length=300, required=False)
    digest = forms.ChoiceField(choices=DIGESTS, required=False)
    quiet_from = forms.TimeField(required=False, error_messages={"invalid": "Write a time such as 22:00."})
    quiet_until = forms.TimeField(required=False, error_messages={"invalid": "Write a time such as 6:30."})
    zone = forms.CharField(max_length=64, required=False)
    enabled = forms.BooleanField(required=False)

    def __init__(self, *args: Any, rule: NoticeRule | None = None, **kwargs: Any) -> None:
        self.rule = rule
        if rule:
            kwargs.setdefault("initial", _initial(rule))
        else:
            turns = [name for name in TURNS if name != "deployment_ready"]
            kwargs.setdefault("initial", {"turns": turns, "severity": "info", "enabled": True, "zone": "UTC"})
        super().__init__(*args, **kwargs)
        names = {*inventory.links(), *(rule.regions if rule else ())}
        choices = [(name, short_name(name)) for name in sorted(names)]
        self.fields["regions"].choices = choices  # type: ignore[attr-defined]

    def clean_zone(self) -> str:
        name = str(self.cleaned_data["zone"]).strip() or "UTC"
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise forms.ValidationError(
                "There is no such zone. Write one such as Europe/Lisbon, America/New_York or UTC."
            ) from error

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(said.get("quiet_from")) != bool(said.get("quiet_until")) and not {"quiet_from", "quiet_until"} & {
            *self.errors
        }:
            self.add_error("quiet_until", "Say from when and until when, or neither.")
        if "url" in said:
            self._clean_address(said)
        return said

    def _clean_address(self, said: dict[str, Any]) -> None:
        """One address of channel, address and key; of what is kept and not shown, the same when nothing was written."""
        word, url, key = said.get("channel") or "", said["url"].strip(), said.get("key", "").strip()
        if not url and not key and self.rule and self.rule.sealed and word == channel_and_address(self.rule.url)[0]:
            said["address"] = address_of(self.rule)
            return
        if not url:
            return self.add_error("url", "Say where messages go.")
        if word == "email":
            url = MAIL + ",".join(part.strip() for part in url.removeprefix(MAIL).split(","))
        elif word and not url.startswith(f"{word}+"):
            url = f"{word}+{url}"
        if wrong := wrong_address(url, allow_loopback=settings.PANE_ALLOW_LOOPBACK):
            return self.add_error("url", wrong)
        word = channel_and_address(url)[0]  # the address may name it, too
        if CHANNELS[word].key and not (key or key_in(url)):
            return self.add_error("key", f"Give the key: {CHANNELS[word].key[0].lower()}{CHANNELS[word].key[1:]}")
        if len(url) > LONGEST:
            return self.add_error("url", f"This is too long: {LONGEST} characters are kept.")
        # Where no key is taken what stands in its box is none: a browser may have put a password there.
        said["address"] = f"{url}#{key}" if key and CHANNELS[word].key else url

    def clean_selector(self) -> str:
        text = str(self.cleaned_data["selector"]).strip()
        try:
            parse_selector(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def save(self, person: str, origin: str = "") -> NoticeRule:
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("channel", "key", "url")}
        address = said.pop("address")
        rule = self.rule or NoticeRule(created_at=timezone.now(), person=person, salt=secrets.token_hex(16))
        if rule.pk and address_of(rule) != address:
            # Another receiver must not be able to check, or forge, what the earlier one was sent.
            rule.salt = secrets.token_hex(16)
        keep_address(rule, address)
        rule.origin = origin
        for name, value in said.items():
            setattr(rule, name, value)
        rule.save()
        return rule


def _initial(rule: NoticeRule) -> dict[str, Any]:
    same = (
        "name",
        "turns",
        "severity",
        "regions",
        "selector",
        "enabled",
        "digest",
        "quiet_from",
        "quiet_until",
        "zone",
    )
    word, at = channel_and_address(rule.url)
    shown = "" if rule.sealed else at.removeprefix(MAIL)
    return {name: getattr(rule, name) for name in same} | {"channel": word, "url": shown}
