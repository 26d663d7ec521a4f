from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from dashboard.people.oidc.configuration import OidcProvider
from tests.dashboard.live.harness import Served, browser, served
from tests.rig.keycloak import PASSWORD, Keycloak

__all__ = ["browser", "served"]

CORP = {"username_claim": "preferred_username", "username_prefix": "oidc:", "groups_claim": "groups"}


@pytest.fixture
def corp(real_keycloak: Keycloak, settings: Any) -> Keycloak:
    """Keycloak, and Pane knowing it as `corp`."""
    provider = OidcProvider(
        key="corp",
        issuer=real_keycloak.issuer,
        client_id="pane",
        secret="a-secret-of-the-tests",
        title="Corp",
        groups_prefix="oidc:",
        **CORP,
    )
    settings.PANE_OIDC = {"corp": provider}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [provider.as_app()]}}
    settings.PANE_IMPERSONATE = False
    cache.clear()
    return real_keycloak


class Visitor:
    """Somebody's browser."""

    def __init__(self, browser: Any, served: Served) -> None:
        self.context = browser.new_context(base_url=served.url)
        self.context.set_default_timeout(120_000)
        self.page = self.context.new_page()

    def begin(self, next_page: str = "/account/") -> None:
        """From a page of Pane to the provider."""
        self.page.goto(next_page)
        self.page.get_by_role("button", name="Sign in by Corp").click()

    def sign_in(self, name: str, next_page: str = "/account/") -> None:
        self.begin(next_page)
        self.page.locator("#username").fill(name)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("#kc-login").click()

    def arrived(self, path: str = "/account/") -> None:
        self.page.wait_for_url(f"**{path}")

    def reads(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()


@pytest.fixture
def visitor(browser: Any, served: Served, corp: Keycloak) -> Iterator[Visitor]:
    one = Visitor(browser, served)
    yield one
    one.context.close()
