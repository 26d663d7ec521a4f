"""Providers are configured by the environment, and name people as kube-apiserver's flags do."""

from typing import Any

import pytest

from dashboard.people.oidc.claims import NotLetIn, claimed
from dashboard.people.oidc.configuration import OidcProvider, providers

SOUND = {"PANE_OIDC": "corp", "PANE_OIDC_CORP_ISSUER": "https://id.example.org", "PANE_OIDC_CORP_CLIENT_ID": "pane"}
ADA = {"iss": "https://id.example.org", "sub": "u-1", "email": "ada@example.org", "preferred_username": "ada"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(**said: str) -> None:
        for name, value in (SOUND | said).items():
            monkeypatch.setenv(name, value)

    return put


def read(**said: Any) -> OidcProvider:
    return OidcProvider(key="corp", issuer="https://id.example.org", client_id="pane", title="Corp", **said)


def test_unset_is_as_with_kube_apiserver(environment: Any):
    environment()
    corp = providers(production=True)["corp"]
    assert (corp.username_claim, corp.username_prefix) == ("sub", "https://id.example.org#")
    assert (corp.groups_claim, corp.groups_prefix) == ("", "")
    assert claimed(corp, ADA).name == "https://id.example.org#u-1"


def test_an_address_needs_no_prefix_and_a_dash_is_none(environment: Any):
    environment(PANE_OIDC_CORP_USERNAME_CLAIM="email")
    assert providers(True)["corp"].username_prefix == ""
    environment(PANE_OIDC_CORP_USERNAME_CLAIM="sub", PANE_OIDC_CORP_USERNAME_PREFIX="-")
    assert providers(True)["corp"].username_prefix == ""


def test_a_secret_comes_from_a_file_and_shows_nowhere(environment: Any, tmp_path: Any):
    (tmp_path / "secret").write_text("s3cret\n")
    environment(PANE_OIDC_CORP_CLIENT_SECRET_FILE=str(tmp_path / "secret"))
    corp = providers(True)["corp"]
    assert corp.secret == "s3cret"
    assert "s3cret" not in repr(corp)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"PANE_OIDC": "Corp!"}, "PANE_OIDC has 'Corp!'"),
        ({"PANE_OIDC": "corp,corp"}, "names corp twice"),
        ({"PANE_OIDC_CORP_CLIENT_ID": ""}, "PANE_OIDC_CORP_CLIENT_ID"),
        ({"PANE_OIDC_CORP_ISSUER": ""}, "PANE_OIDC_CORP_ISSUER"),
        ({"PANE_OIDC_CORP_ISSUER": "http://id.example.org"}, "say https"),
        ({"PANE_OIDC_CORP_ISSUER": "https://id.example.org?x=1"}, "PANE_OIDC_CORP_ISSUER"),
        ({"PANE_OIDC_CORP_SCOPES": "profile"}, "PANE_OIDC_CORP_SCOPES"),
        ({"PANE_OIDC_CORP_USERNAME_PREFIX": "pane:"}, "PANE_OIDC_CORP_USERNAME_PREFIX"),
        ({"PANE_OIDC_CORP_GROUPS_PREFIX": "system:"}, "PANE_OIDC_CORP_GROUPS_PREFIX"),
        ({"PANE_OIDC_CORP_REQUIRED_CLAIMS": "hd"}, "PANE_OIDC_CORP_REQUIRED_CLAIMS"),
        ({"PANE_OIDC_CORP_CLIENT_SECRET_FILE": "/nowhere"}, "PANE_OIDC_CORP_CLIENT_SECRET_FILE"),
    ],
)
def test_what_is_wrong_is_a_sentence_that_names_the_variable(environment: Any, said: dict[str, str], word: str):
    environment(**said)
    with pytest.raises(SystemExit, match="Pane does not start") as refusal:
        providers(production=True)
    assert word in str(refusal.value)


def test_one_provider_cannot_name_the_people_of_another(environment: Any):
    other = {"PANE_OIDC_B_ISSUER": "https://b.example.org", "PANE_OIDC_B_CLIENT_ID": "pane"}
    environment(PANE_OIDC="corp,b", **other)
    assert set(providers(True)) == {"corp", "b"}
    environment(PANE_OIDC="corp,b", PANE_OIDC_B_USERNAME_PREFIX="-", **other)
    with pytest.raises(SystemExit, match="PANE_OIDC_B_USERNAME_PREFIX"):
        providers(True)


def test_who_somebody_is_for_good_is_issuer_and_subject():
    corp = read(username_claim="preferred_username")
    other = ADA | {"sub": "u-2"}
    assert claimed(corp, ADA).uid != claimed(corp, other).uid
    assert claimed(corp, ADA | {"preferred_username": "ada2"}).uid == claimed(corp, ADA).uid
    assert claimed(corp, ADA | {"iss": "https://other.example.org"}).uid != claimed(corp, ADA).uid


@pytest.mark.parametrize(
    ("path", "claims", "groups"),
    [
        ("groups", {"groups": ["b", "a", "a"]}, ("o:a", "o:b")),
        ("groups", {"groups": "one"}, ("o:one",)),
        ("groups", {}, ()),
        ("groups", {"groups": {"x": 1}}, ()),
        ("groups", {"groups": ["a", 7, "", "line\nbreak"]}, ("o:a",)),
        ("realm_access.roles", {"realm_access": {"roles": ["r"]}}, ("o:r",)),
        ("https://example.org/groups", {"https://example.org/groups": ["g"]}, ("o:g",)),
        ("", {"groups": ["a"]}, ()),
    ],
)
def test_groups_lie_where_the_path_says(path: str, claims: dict[str, Any], groups: tuple[str, ...]):
    assert claimed(read(groups_claim=path, groups_prefix="o:"), ADA | claims).groups == groups


def test_nobody_claims_to_be_the_cluster_itself():
    claims = ADA | {"groups": ["system:masters", "System:Nodes", "pane:boss", "team"]}
    assert claimed(read(groups_claim="groups"), claims).groups == ("team",)
    for name in ("system:admin", "pane:ada", " ada", "a\nb", ""):
        with pytest.raises(NotLetIn):
            claimed(read(username_claim="preferred_username"), ADA | {"preferred_username": name})


@pytest.mark.parametrize(
    ("said", "claims", "word"),
    [
        ({"username_claim": "email"}, {"email_verified": False}, "not verified"),
        ({"username_claim": "upn"}, {}, "upn"),
        ({"username_claim": "sub"}, {"sub": "x" * 151}, "151 letters"),
        ({"groups_claim": "groups"}, {"_claim_names": {"groups": "src1"}}, "more groups"),
        ({"required_claims": (("hd", "example.org"),)}, {"hd": "other.org"}, "hd=example.org"),
    ],
)
def test_who_is_not_let_in_is_told_why(said: dict[str, Any], claims: dict[str, Any], word: str):
    with pytest.raises(NotLetIn, match=word):
        claimed(read(**said), ADA | claims)
