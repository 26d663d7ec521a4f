"""The message to a webhook and its signature, as the Standard Webhooks specification has them."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from dashboard.models import Delivery, Notice, NoticeRule
from regions.domain.wire import time_as_json
from regions.inventory.basics import Target


def secret(rule: NoticeRule) -> str:
    """What the receiver checks signatures with: `whsec_` and 32 bytes in base64. Derived, so kept nowhere.

    It changes with Pane's own key (PANE_SECRET_KEY) and when somebody asks for a new one.
    """
    return "whsec_" + base64.b64encode(_key(rule, settings.SECRET_KEY)).decode()


def _key(rule: NoticeRule, own: Any) -> bytes:
    return salted_hmac("pane.notices", f"{rule.pk}.{rule.salt}", secret=own, algorithm="sha256").digest()


def body(delivery: Delivery, notices: list[Notice]) -> bytes:
    """The message: JSON, UTF-8. Names of fields are kept stable; new ones may come."""
    return json.dumps(
        {
            "type": "pane.test" if delivery.test else "pane.notices",
            "rule": delivery.rule.name,
            "notices": [_told(notice) for notice in notices],
            "more": delivery.more,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def _told(notice: Notice) -> dict[str, Any]:
    target = Target(notice.kind, notice.namespace, notice.name, region=notice.region)
    return {
        "id": notice.change,
        "what": notice.what,
        "severity": notice.severity,
        "at": time_as_json(notice.at),
        "kind": notice.kind,
        "namespace": notice.namespace,
        "name": notice.name,
        "region": notice.region,
        "sentence": notice.sentence,
        "path": "" if notice.what == "test" else target.url,
    }


def headers(delivery: Delivery, content: bytes, now: datetime) -> dict[str, str]:
    """`webhook-id` is the same for every attempt, so that a receiver can drop repeats.

    While Pane's key is being changed, earlier keys sign as well: a receiver accepts any of the signatures.
    """
    ident, stamp = f"pane_{delivery.pk}", str(int(now.timestamp()))
    signed = b".".join((ident.encode(), stamp.encode(), content))
    keys = [_key(delivery.rule, own) for own in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    signatures = " ".join(
        "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys
    )
    return {
        "Content-Type": "application/json",
        "User-Agent": "Pane",
        "webhook-id": ident,
        "webhook-timestamp": stamp,
        "webhook-signature": signatures,
    }
