"""People sign in by a real Keycloak, with a real browser."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session

from dashboard.live import hub
from dashboard.models import ApiToken, GroupRole, ProviderSession
from dashboard.people import tokens
from dashboard.people.oidc import asking
from dashboard.people.viewer import viewer_of
from regions.clusters.rights import person_of
from regions.domain.roles import Right
from regions.kube.persons import Person
from regions.models import AuditEntry
from tests.keycloak.conftest import Visitor
from tests.rig.keycloak import Keycloak

# Whoever comes first waits until Keycloak has started.
pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]


@pytest.fixture
def asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if three minutes were over all the time."""
    monkeypatch.setattr(asking, "ASKED_EVERY", timedelta(0))
    monkeypatch.setattr(asking, "NOT_LATER", timedelta(0))
    monkeypatch.setattr(asking, "AGAIN", timedelta(0))


def viewer(name: str) -> Any:
    return viewer_of(User.objects.get(username=name))


def test_whoever_signs_in_is_who_the_bindings_of_clusters_name(visitor: Visitor, corp: Keycloak, settings: Any):
    subject = corp.person("ada", "team-shop", "platform")
    visitor.sign_in("ada", "/account/?from=a-link")
    visitor.arrived("/account/?from=a-link")
    visitor.reads("oidc:ada")
    settings.PANE_IMPERSONATE = True
    settings.PANE_RIGHTS = "roles"
    assert person_of(viewer("oidc:ada")) == Person("oidc:ada", ("oidc:platform", "oidc:team-shop"))
    account = User.objects.get(username="oidc:ada").socialaccount_set.get()
    assert account.extra_data["sub"] == subject
    signed_in = AuditEntry.objects.get(action="sign in")
    assert (signed_in.actor, signed_in.outcome, signed_in.detail) == ("oidc:ada", "done", {"provider": "corp"})
    row = ProviderSession.objects.get()
    assert "eyJ" not in row.sealed, "tokens are encrypted"


def test_groups_give_roles_and_follow_the_provider(visitor: Visitor, corp: Keycloak, asked_at_once: None):
    subject = corp.person("grace", "team-shop")
    GroupRole.objects.create(group=Group.objects.create(name="oidc:team-shop"), role="operator")
    visitor.sign_in("grace")
    visitor.arrived()
    assert viewer("oidc:grace").may(Right.DEPLOYMENTS)
    assert not viewer("oidc:grace").may(Right.PEOPLE)
    (group,) = [one for one in corp.realm("GET", "/groups") if one["name"] == "team-shop"]
    corp.realm("DELETE", f"/users/{subject}/groups/{group['id']}")
    visitor.page.goto("/access/")
    assert not viewer("oidc:grace").may(Right.DEPLOYMENTS)


def test_whoever_is_disabled_is_out_with_the_page_that_is_open(
    visitor: Visitor, corp: Keycloak, monkeypatch: pytest.MonkeyPatch, asked_at_once: None
):
    monkeypatch.setattr(hub, "BEAT", 0.3)
    subject = corp.person("joan")
    visitor.sign_in("joan", "/regions/")
    visitor.arrived("/regions/")
    secret = tokens.issue(User.objects.get(username="oidc:joan"), "a script")
    assert tokens.find(secret)
    corp.realm("PUT", f"/users/{subject}", {"enabled": False})
    visitor.reads("You are signed out")
    visitor.page.goto("/regions/")
    visitor.page.wait_for_url("**/sign-in/**")
    assert tokens.find(secret) is None, "their tokens rest, too"
    ended = AuditEntry.objects.filter(action="sign out").first()
    assert ended
    assert ended.actor == "oidc:joan"
    visitor.sign_in("joan")
    visitor.reads("Account is disabled")


def test_signing_out_signs_out_at_the_provider_too(visitor: Visitor, corp: Keycloak):
    corp.person("mary")
    visitor.sign_in("mary")
    visitor.arrived()
    visitor.page.get_by_role("button", name="Sign out").last.click()
    visitor.page.wait_for_url("**/sign-in/")
    assert not ProviderSession.objects.exists()
    visitor.begin()
    visitor.page.locator("#username").wait_for()


def test_whoever_comes_again_needs_no_password_while_signed_in_at_the_provider(visitor: Visitor, corp: Keycloak):
    corp.person("hedy")
    visitor.sign_in("hedy")
    visitor.arrived()
    visitor.context.clear_cookies(name="pane_session")
    visitor.begin()
    visitor.arrived()


def test_an_answer_works_once_and_only_in_the_browser_that_asked(visitor: Visitor, corp: Keycloak, browser: Any):
    corp.person("emmy")
    answers: list[str] = []
    visitor.page.on("request", lambda request: answers.append(request.url) if "/callback/" in request.url else None)
    visitor.sign_in("emmy")
    visitor.arrived()
    visitor.page.goto(answers[0])
    visitor.reads("begun in another browser")
    other = browser.new_context().new_page()
    other.set_default_timeout(120_000)
    other.goto(answers[0])
    other.get_by_text("begun in another browser").wait_for()
    other.context.close()
    assert not AuditEntry.objects.filter(action="sign in", outcome="refused").exists()


def test_whoever_goes_back_is_told_that_nothing_happened(visitor: Visitor, corp: Keycloak, served: Any):
    visitor.page.goto("/sign-in/by/corp/callback/?error=access_denied")
    visitor.reads("Not signed in")


def test_new_keys_of_the_provider_are_taken_at_once(visitor: Visitor, corp: Keycloak, asked_at_once: None):
    corp.person("rosa")
    visitor.sign_in("rosa")
    visitor.arrived()
    realm = corp.realm("GET")
    new = {"name": "new", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider"}
    corp.realm("POST", "/components", new | {"parentId": realm["id"], "config": {"priority": ["1000"]}})
    visitor.page.goto("/access/")
    visitor.arrived("/access/")
    visitor.context.clear_cookies(name="pane_session")
    visitor.begin()
    visitor.arrived()


def test_whoever_is_made_anew_there_inherits_nothing(visitor: Visitor, corp: Keycloak, asked_at_once: None):
    corp.person("kate")
    visitor.sign_in("kate")
    visitor.arrived()
    old = User.objects.get(username="oidc:kate")
    secret = tokens.issue(old, "a script")
    corp.person("kate")  # deleted, and made again
    visitor.context.clear_cookies()
    visitor.sign_in("kate")
    visitor.arrived()
    new = User.objects.get(username="oidc:kate")
    assert new.pk != old.pk
    assert tokens.find(secret) is None
    assert not ApiToken.objects.filter(user=new).exists()
    assert ProviderSession.objects.get().user == new


def test_nobody_of_a_provider_takes_the_name_of_a_local_account(visitor: Visitor, corp: Keycloak):
    corp.person("lise")
    User.objects.create_user("oidc:lise", password="something else")
    visitor.sign_in("lise")
    visitor.reads("oidc:lise is a local account here")
    assert not ProviderSession.objects.exists()


def test_a_page_left_open_goes_on_after_signing_in_again_by_the_provider(visitor: Visitor, corp: Keycloak):
    """In a tab of its own, for the provider's page is its own; what was typed stays, and what was pressed is done."""
    corp.person("mary")
    visitor.sign_in("mary")
    visitor.arrived()
    page = visitor.page
    page.locator("#tokens-title").wait_for()
    page.locator("[name=name]").fill("for the backup")
    Session.objects.all().delete()
    page.wait_for_timeout(2_500)  # what was looked at within two seconds is not looked at again
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("button", name="Sign in here").click()
    with visitor.context.expect_page() as opened:
        page.locator("#sign-in-here").get_by_role("button", name="Sign in by Corp").click()
    opened.value.get_by_text("Close this tab").wait_for()
    opened.value.close()
    visitor.reads("Copy the new token now")
    assert ApiToken.objects.get(user__username="oidc:mary").name == "for the backup"
    assert ProviderSession.objects.count() == 1


def test_whoever_is_signed_out_there_is_out_here_at_once_with_the_open_page(
    visitor: Visitor, corp: Keycloak, served: Any
):
    (client,) = corp.realm("GET", "/clients?clientId=pane")
    told = {
        "backchannel.logout.url": f"{served.url}/sign-in/by/corp/signed-out/",
        "backchannel.logout.session.required": "true",
    }
    corp.realm("PUT", f"/clients/{client['id']}", client | {"attributes": client["attributes"] | told})
    subject = corp.person("vera")
    visitor.sign_in("vera", "/regions/")
    visitor.arrived("/regions/")
    row = ProviderSession.objects.get()
    assert row.sid, "Keycloak says of which session there it is"
    visitor.page.locator("[data-live-status][data-state=live]").wait_for(state="attached")
    corp.realm("POST", f"/users/{subject}/logout")
    visitor.reads("You are signed out")
    assert not ProviderSession.objects.exists()
    ended = AuditEntry.objects.get(action="sign out")
    assert (ended.actor, ended.detail["why"]) == ("oidc:vera", "signed out at Corp")
