"""A page that was left open while its session ended: it says so, and keeps what was typed."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from dashboard.live import hub
from dashboard.people import links
from regions.models import Upkeep
from tests.dashboard.live.harness import Served, wait_until_live
from tests.dashboard.people.app import code, set_up
from tests.pages.seed import seed

pytestmark = pytest.mark.real

FORM = "/upkeep/new/?kind=Region&name=eu-central"
BEAT = 12_000  # milliseconds: a beat, and what this machine adds


@pytest.fixture
def form(page: Any, served: Served, settings: Any) -> Any:
    """The form for a maintenance, with something typed by an administrator, who may."""
    settings.PANE_IMPERSONATE = False
    User.objects.filter(pk=served.user.pk).update(is_staff=True)
    seed(timezone.now())
    page.goto(FORM)
    page.locator("[name=reason]").fill("disks are changed")
    return page


def banner(page: Any) -> Any:
    return page.locator("[data-session]")


def sign_in_elsewhere(page: Any, user: User) -> None:
    """In another tab of the same browser, as the banner offers."""
    tab = page.context.new_page()
    tab.goto(links.make(user))
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url("**/")
    tab.close()


def test_a_form_says_so_within_a_beat_and_after_signing_in_elsewhere_goes_on(form, served):
    Session.objects.all().delete()
    banner(form).get_by_text("You are signed out").wait_for(timeout=BEAT)
    address = form.url
    form.get_by_role("button", name="Save").click()
    form.wait_for_timeout(1_000)
    assert form.url == address, "nothing was sent, and nothing is lost"
    assert form.locator("[name=reason]").input_value() == "disks are changed"
    assert not Upkeep.objects.exists()
    sign_in_elsewhere(form, served.user)
    banner(form).wait_for(state="hidden", timeout=BEAT)
    form.get_by_role("button", name="Save").click()
    form.wait_for_url("**/regions/eu-central/")
    assert Upkeep.objects.get().reason == "disks are changed"


def test_what_is_sent_before_the_beat_is_held_back_too(form, served):
    form.wait_for_timeout(2_500)
    Session.objects.all().delete()
    form.get_by_role("button", name="Save").click()
    banner(form).get_by_text("What you typed stays here").wait_for(timeout=30_000)
    assert form.locator("[name=reason]").input_value() == "disks are changed"


def test_whoever_signed_in_again_unseen_sends_with_the_new_token(form, served):
    form.wait_for_timeout(2_500)
    Session.objects.all().delete()
    sign_in_elsewhere(form, served.user)
    form.get_by_role("button", name="Save").click()
    form.wait_for_url("**/regions/eu-central/")
    assert Upkeep.objects.count() == 1


def test_nothing_is_sent_as_somebody_else(form, served):
    form.wait_for_timeout(2_500)
    sign_in_elsewhere(form, User.objects.create_user("eve"))
    form.get_by_role("button", name="Save").click()
    banner(form).get_by_text("Somebody else is signed in").wait_for(timeout=30_000)
    assert not Upkeep.objects.exists()


def test_a_live_page_says_so_and_is_live_again(page, served, monkeypatch):
    monkeypatch.setattr(hub, "BEAT", 0.3)
    seed(timezone.now())
    page.goto("/regions/")
    wait_until_live(page)
    Session.objects.all().delete()
    banner(page).get_by_text("You are signed out").wait_for(timeout=BEAT)
    sign_in_elsewhere(page, served.user)
    banner(page).wait_for(state="hidden", timeout=BEAT)
    wait_until_live(page)


def say(page: Any, password: str) -> Any:
    """In the dialog on the page that was left open."""
    banner(page).get_by_role("button", name="Sign in here").click()
    dialog = page.locator("#sign-in-here")
    dialog.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    return dialog


def test_one_signs_in_on_the_page_itself_and_what_was_pressed_goes_on(form, served):
    secret, _ = set_up(served.user)
    form.evaluate(
        "document.querySelector('[name=reason]').insertAdjacentHTML('afterend', '<input data-secret value=s3>')"
    )
    form.wait_for_timeout(2_500)
    Session.objects.all().delete()
    form.get_by_role("button", name="Save").click()
    banner(form).get_by_text("but what is secret").wait_for(timeout=30_000)
    assert form.locator("[data-secret]").input_value() == ""
    dialog = say(form, "wrong")
    dialog.get_by_role("alert").wait_for()
    dialog.get_by_label("Password").fill("correct horse battery")
    form.keyboard.press("Enter")
    dialog.get_by_label("Code of your authenticator app").fill(code(secret))
    form.keyboard.press("Enter")
    form.wait_for_url("**/regions/eu-central/")
    assert Upkeep.objects.get().reason == "disks are changed"
