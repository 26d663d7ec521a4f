"""What Keycloak signs is believed only if it was said to Pane, now, by whom it should be."""

import base64
import json
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import jwt
import pytest
from django.core.cache import cache

from dashboard.people.oidc import refreshing
from dashboard.people.oidc.provider import ProviderTrouble, discovering
from tests.rig.keycloak import Keycloak

pytestmark = [pytest.mark.real, pytest.mark.django_db, pytest.mark.timeout(900)]


@pytest.fixture
def another(corp: Keycloak, settings: Any) -> str:
    """An ID token, and Pane being the client that it is for."""
    corp.person("vera")
    settings.PANE_OIDC = {"corp": _with(settings.PANE_OIDC["corp"], client_id="another")}
    return str(corp.tokens("vera", "another")["id_token"])


def _with(provider: Any, **changed: Any) -> Any:
    return type(provider)(**{name: getattr(provider, name) for name in provider.__slots__} | changed)


def at(monkeypatch: pytest.MonkeyPatch, away: timedelta) -> None:
    """Pane's clock goes wrong."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + away

    monkeypatch.setattr(jwt.api_jwt, "datetime", Clock)


def test_what_was_said_to_another_is_not_believed(corp: Keycloak, another: str, settings: Any):
    assert discovering("corp").proven(another)["preferred_username"] == "vera"
    settings.PANE_OIDC = {"corp": _with(settings.PANE_OIDC["corp"], client_id="pane")}
    with pytest.raises(ProviderTrouble, match="said to another than Pane"):
        discovering("corp").proven(another)


def test_clocks_may_differ_by_a_minute_and_no_more(another: str, monkeypatch: pytest.MonkeyPatch):
    for seconds in (-50, 0, 50):
        at(monkeypatch, timedelta(seconds=seconds))
        assert discovering("corp").proven(another)
    for seconds in (-120, 3600):
        at(monkeypatch, timedelta(seconds=seconds))
        with pytest.raises(ProviderTrouble, match="clocks of Pane and Corp"):
            discovering("corp").proven(another)


def test_what_was_altered_or_is_not_signed_is_not_believed(another: str):
    head, body, signature = another.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "==")) | {"preferred_username": "root"}
    altered = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    unsigned = jwt.encode(said, None, algorithm="none")
    key = jwt.get_unverified_header(another)["kid"]
    symmetric = jwt.encode(said, "x" * 40, algorithm="HS256", headers={"kid": key})
    for forged in (f"{head}.{altered}.{signature}", f"{head}.{body}.", unsigned, symmetric, "", "x.y.z"):
        with pytest.raises(ProviderTrouble):
            discovering("corp").proven(forged)


def test_a_key_that_the_provider_let_go_signs_nothing_more(corp: Keycloak, another: str):
    realm = corp.realm("GET")
    new = {"providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider", "parentId": realm["id"]}
    corp.realm("POST", "/components", new | {"name": "newer", "config": {"priority": ["2000"]}})
    assert discovering("corp").proven(another), "keys overlap for a while"
    for known in corp.realm("GET", "/components?type=org.keycloak.keys.KeyProvider"):
        if known["providerId"] == "rsa-generated" and known["name"] != "newer":
            corp.realm("DELETE", f"/components/{known['id']}")
    with pytest.raises(ProviderTrouble, match="key that it does not have"):
        discovering("corp").proven(another)
    assert discovering("corp").proven(str(corp.tokens("vera", "another")["id_token"]))


def test_another_issuer_at_that_address_is_said(corp: Keycloak, settings: Any):
    settings.PANE_OIDC = {"corp": _with(settings.PANE_OIDC["corp"], issuer=f"{corp.issuer}/")}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.PANE_OIDC["corp"].as_app()]}}
    cache.clear()
    with pytest.raises(ProviderTrouble, match="PANE_OIDC_CORP_ISSUER"):
        _ = discovering("corp").openid_config


def test_a_provider_that_is_away_is_not_one_that_says_no(corp: Keycloak, settings: Any):
    assert isinstance(refreshing.refresh("corp", "made-up", ""), refreshing.Ended)
    dead = _with(settings.PANE_OIDC["corp"], issuer="http://127.0.0.1:9/realms/corp")
    settings.PANE_OIDC = {"corp": dead}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [dead.as_app()]}}
    assert isinstance(refreshing.refresh("corp", "made-up", ""), refreshing.Silent)
