"""Second factors in a real browser: an authenticator app from set-up to sign-in, and a passkey that signs in alone."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from regions.models import AuditEntry
from tests.dashboard.live.harness import Served, browser, served
from tests.dashboard.people.app import code

__all__ = ["browser", "served"]

pytestmark = pytest.mark.real

PASSWORD = "correct horse battery"


@pytest.fixture
def page(browser: Any, served: Served) -> Iterator[Any]:
    """At a name: no passkey is bound to an address."""
    context = browser.new_context(base_url=f"http://localhost:{served.port}")
    context.set_default_timeout(60_000)
    one = context.new_page()
    one.goto("/account/")
    say_password(one)
    one.wait_for_url("**/account/")
    yield one
    context.close()


def at_home(page: Any) -> None:
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def say_password(page: Any) -> None:
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def to_second_factors(page: Any, button: str) -> None:
    """By the keyboard alone, and with the password again."""
    page.goto("/account/second-factor/")
    page.get_by_role("link", name=button).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Password").wait_for()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def signed_out(page: Any) -> None:
    page.goto("/account/")
    page.locator("#main").get_by_role("button", name="Sign out", exact=True).first.click()
    page.get_by_label("Name").wait_for()


def test_an_authenticator_app_from_set_up_to_sign_in(page: Any):
    to_second_factors(page, "Set up")
    secret = page.locator("#app-key").inner_text()
    assert page.locator("img.sign-in__code").evaluate("image => image.naturalWidth") > 50, "the CSP lets it show"
    page.keyboard.type(code(secret))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Recovery codes").wait_for()
    first = page.locator("#recovery-codes").inner_text().split()[0]
    signed_out(page)
    say_password(page)
    page.get_by_label("Code of your authenticator app").wait_for()
    page.keyboard.type(code(secret, 1))
    page.keyboard.press("Enter")
    at_home(page)
    signed_out(page)
    say_password(page)
    page.get_by_label("Code of your authenticator app").fill(first)
    page.keyboard.press("Enter")
    at_home(page)
    page.goto("/account/second-factor/")
    page.get_by_text("9 left").wait_for()


def test_a_passkey_signs_in_alone_and_after_the_password(page: Any):
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    to_second_factors(page, "Add one")
    page.get_by_label("What will you call it?").fill("laptop")
    page.get_by_label("It signs me in alone").check()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto("/account/second-factor/")
    page.get_by_role("cell", name="laptop", exact=True).wait_for()
    signed_out(page)
    page.get_by_role("button", name="Sign in by a passkey").click()
    at_home(page)
    signed_out(page)
    say_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    at_home(page)
    by = [one.detail["by"] for one in AuditEntry.objects.filter(action="sign in", outcome="done").order_by("id")]
    assert by == [["password"], ["webauthn"], ["password", "webauthn"]]
    Authenticator.objects.filter(type="webauthn").update(user=User.objects.create_user("eve"))
    signed_out(page)
    page.get_by_role("button", name="Sign in by a passkey").click()
    page.get_by_text("fits no account here").wait_for()
