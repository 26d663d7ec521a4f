"""Where to ask, from what KOF leaves on management."""

from regions.domain.metrics.stores import HandSetStore, Map, StoreSource, discover
from tests.regions.metrics import kof


def by_key(found: Map) -> dict[str, StoreSource]:
    return {source.key: source for source in found.sources}


def test_a_regional_config_map_says_where_and_by_which_secret():
    found = by_key(discover([kof.regional("aws-us-east-2", "https://vmauth.us.example.org/vm/select/0/prometheus/")]))
    source = found["regional:kcm-system/aws-us-east-2"]
    assert source.url == "https://vmauth.us.example.org/vm/select/0/prometheus"
    # The names are those that the operator makes: checked against a live install.
    assert [str(name) for name in source.logins] == [
        "kof/kof-vmuser-creds-admin-2461207107",
        "kcm-system/kof-vmuser-creds-admin-2461207107",
        "kof/storage-vmuser-credentials",
    ]
    assert source.verified
    assert "kcm-system/kof-aws-us-east-2" in source.found
    assert not source.trusted


def test_its_http_config_names_another_secret_and_relaxes_tls():
    http = {
        "tls_config": {"insecure_skip_verify": True, "server_name": "vm.local"},
        "basic_auth": {"credentials_secret_name": "mine", "username_key": "u", "password_key": "p"},
    }
    source = by_key(discover([kof.regional("eu", "https://10.0.0.7/x", http=http)]))["regional:kcm-system/eu"]
    first = source.logins[0]
    assert (str(first), first.user_key, first.password_key) == ("kof/mine", "u", "p")
    assert (source.verified, source.server_name) == (False, "vm.local")


def test_who_may_only_write_in_a_namespace_of_their_own_gets_no_password_of_kof():
    http = {"basic_auth": {"credentials_secret_name": "grafana-admin", "username_key": "user", "password_key": "pass"}}
    evil = kof.regional("aws-us-east-2", "https://evil.example.org", "kcm-system", http)
    evil["metadata"]["namespace"] = "team"
    real = kof.regional("aws-us-east-2", "https://vmauth.us.example.org")
    group = kof.group(
        "mine",
        "evil.example.org:1",
        "/",
        "lab",
        namespace="team",
        basic_auth={"credentials_secret_name": "grafana-admin"},
    )
    for maps in ([evil, real], [real, evil]):
        found = by_key(discover(maps, [group]))
        sent = {str(login) for source in found.values() if "evil" in source.url for login in source.logins}
        assert sent == {"team/kof-vmuser-creds-admin-1541605341"}, "only what lies beside it"
        assert found["regional:kcm-system/aws-us-east-2"].url == "https://vmauth.us.example.org"
        assert found["regional:team/aws-us-east-2"].url == "https://evil.example.org"


def test_who_may_only_write_in_a_namespace_of_their_own_is_no_store_for_everything():
    evil = kof.regionless()
    evil["metadata"]["namespace"] = "team"
    assert not discover([evil]).sources
    child = kof.child("pay", "eu", "team", "team")
    child["data"]["child_cluster_namespace"] = "bank"
    assert [(home.namespace, home.name) for home in discover([child]).homes] == [("team", "pay")]
    ours = HandSetStore(namespace="watch", system="k0rdent")
    found = by_key(discover([kof.regional("eu", "https://eu", "k0rdent")], hand=ours))
    assert str(found["regional:k0rdent/eu"].logins[-1]) == "watch/storage-vmuser-credentials"


def test_short_names_of_istio_are_services_in_kof():
    source = by_key(discover([kof.regional("eu", "http://eu-vmauth:8427/vm/select/0/prometheus")]))[
        "regional:kcm-system/eu"
    ]
    assert source.url == "http://eu-vmauth.kof.svc:8427/vm/select/0/prometheus"
    assert source.service
    assert (source.service.namespace, source.service.target) == ("kof", "http:eu-vmauth:8427")


def test_children_say_where_they_report():
    found = discover([kof.regional("eu", "https://eu.example.org"), kof.child("web", "eu"), kof.child("pay", "gone")])
    homes = {(home.namespace, home.name): (home.role, home.source) for home in found.homes}
    assert homes["team", "web"] == ("child", "regional:kcm-system/eu")
    assert homes["kcm-system", "eu"] == ("regional", "regional:kcm-system/eu")
    assert homes["team", "pay"] == ("child", "regional:kcm-system/gone")


def test_management_always_has_a_store_where_kof_is():
    found = by_key(discover([], installed=True))
    assert found["management"].url == "http://vmselect-cluster.kof.svc:8481/select/0/prometheus"
    assert found["management"].logins == ()
    assert set(found) == {"management", "promxy", "alertmanager"}
    assert discover([]).sources == ()


def test_the_group_of_managements_own_series_is_the_same_store_not_a_second_one():
    own = kof.group("kof-storage-metrics", "vmselect-cluster.kof.svc:8481", "/select/0/prometheus", "storage")
    found = by_key(discover([], [own]))
    assert set(found) == {"management", "promxy", "alertmanager"}
    assert "PromxyServerGroup" in found["management"].found


def test_groups_add_only_what_no_config_map_names():
    maps = [kof.regional("eu", "https://vmauth.eu.example.org/vm/select/0/prometheus")]
    groups = [
        kof.group("same", "vmauth.eu.example.org:443", "/vm/select/0/prometheus", "eu", "https"),
        kof.group(
            "other",
            "vm.lab.example.org:8481",
            "/select/0/prometheus",
            "lab",
            basic_auth={"credentials_secret_name": "lab-login"},
        ),
        kof.group("logs", "vlselect.kof.svc:9471", "/", "eu", secret="kof-mothership-vlogxy-config"),
    ]
    found = by_key(discover(maps, groups))
    assert [key for key in found if key.startswith("extra:")] == ["extra:kof/other"]
    assert found["extra:kof/other"].url == "http://vm.lab.example.org:8481/select/0/prometheus"
    assert [str(name) for name in found["extra:kof/other"].logins] == ["kof/lab-login"]


def test_without_regions_there_is_one_store_for_everything():
    found = discover([kof.regionless(), kof.child("web", "mothership")])
    source = by_key(found)["regionless:kcm-system/mothership"]
    assert source.url == "http://vmauth-cluster.kof.svc:8427/vm/select/0/prometheus"
    assert source.sources == "RSMA"
    assert "management" not in by_key(found)
    assert {home.source for home in found.homes} == {"regionless:kcm-system/mothership"}


def test_from_outside_the_one_store_is_asked_past_what_wants_a_password():
    source = by_key(discover([kof.regionless()], through=True))["regionless:kcm-system/mothership"]
    assert source.url == "http://vmselect-cluster.kof.svc:8481/select/0/prometheus"
    assert source.logins == ()


def test_what_is_set_by_hand_counts():
    hand = HandSetStore(
        stores={"eu": ("https://eu.lan", ""), "lab": ("http://127.0.0.1:9", "kof/lab")}, alertmanager="http://am"
    )
    found = by_key(discover([kof.regional("eu", "https://eu.example.org")], hand=hand))
    assert found["regional:kcm-system/eu"].url == "https://eu.lan"
    assert found["regional:kcm-system/eu"].logins  # its password is still the one that KOF made
    assert found["regional:kcm-system/eu"].trusted
    assert (found["set:lab"].url, str(found["set:lab"].logins[0])) == ("http://127.0.0.1:9", "kof/lab")
    assert found["alertmanager"].url == "http://am"


def test_a_later_release_without_promxy_has_a_multilevel_select():
    connection = {
        "kind": "VMStorageConnection",
        "metadata": {"name": "kof-metrics-storage-connection-1"},
        "spec": {"cluster_ref": {"kind": "VMCluster", "name": "x"}},
    }
    found = by_key(discover([kof.regional("eu", "https://eu")], [], [connection]))
    assert "multilevel-select" in found["promxy"].url


def test_nonsense_is_a_source_without_an_address_and_never_an_error():
    for url in ("", "ftp://x", "not a url", "http://", "http://x:99999/", "javascript:alert(1)"):
        assert by_key(discover([kof.regional("eu", url)]))["regional:kcm-system/eu"].url == ""
    long = discover([kof.regional("e" * 400, f"https://x/{'a' * 600}")]).sources[0]
    assert (len(long.name), long.url) == (253, ""), "as much as is kept"
    data = {"kof_http_config": "[", "read_metrics_endpoint": "https://ada:secret@eu.example.org/a"}
    odd = {"metadata": {"name": "kof-eu", "namespace": "x", "labels": {kof.ROLE: "regional"}}, "data": data}
    assert by_key(discover([odd]))["regional:x/eu"].url == "https://eu.example.org/a"
