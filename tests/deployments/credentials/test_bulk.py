"""Several credentials at once: one preview, each by its uid, and none that is used."""

import re

import pytest
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.credentials.forms.bulk import read_labels
from deployments.models import Step
from tests.conformance.api import Api
from tests.deployments.credentials import world as w
from tests.deployments.credentials.test_asking import hidden, text

CREDENTIAL = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/media/credentials/{}"
URL = "/credentials/bulk/"


def both(asked: Client, said: dict[str, object]) -> tuple[str, object]:
    html = asked.post(URL, said | {"action": "preview"}).content.decode()
    return html, asked.post(URL, said | hidden(html) | {"action": "send"})


@pytest.mark.django_db
def test_labels_are_put_on_all_of_them_and_taken_away(asked: Client, clusters: Installation, management: Api):
    chosen = ["media/bulk-a", "media/bulk-b"]
    for name in chosen:
        w.whole(clusters, name.partition("/")[2])
    page = asked.get(URL, {"chosen": chosen}).content.decode()
    assert re.findall(r'name="chosen" value="([^"]+)"', page) == chosen
    html, sent = both(asked, {"chosen": chosen, "way": "label", "labels": "team=search\nold-"})
    assert "This would be changed" in html, text(html)
    assert sent.status_code == 302, text(sent.content.decode())
    for name in ("bulk-a", "bulk-b"):
        assert management.get(CREDENTIAL.format(name)).body["metadata"]["labels"]["team"] == "search"
    assert set(Step.objects.values_list("verb", "state")) == {("patch", "stands")}


@pytest.mark.django_db
def test_they_go_at_once_when_their_number_is_typed_and_none_is_used(
    asked: Client, clusters: Installation, management: Api
):
    chosen = ["media/gone-a", "media/gone-b"]
    for name in chosen:
        w.whole(clusters, name.partition("/")[2])
    said = {"chosen": chosen, "way": "delete"}
    assert "Type 2 to delete as many." in text(asked.post(URL, said | {"typed": "3"}).content.decode())
    w.record(w.told(clusters), (w.MANAGEMENT, w.deployment("user", "gone-a")))
    refused = asked.post(URL, said | {"typed": "2"})
    assert refused.status_code == 422
    assert "In use: media/gone-a by 1 deployment. Leave those out." in text(refused.content.decode())
    w.forget(w.told(clusters), w.MANAGEMENT, w.deployment("user", "gone-a"))
    html, sent = both(asked, said | {"typed": "2"})
    assert "This would be deleted" in html, text(html)
    assert sent.status_code == 302, text(sent.content.decode())
    for name in ("gone-a", "gone-b"):
        left = management.get(CREDENTIAL.format(name))
        assert left.status == 404 or left.body["metadata"]["deletionTimestamp"]


@pytest.mark.django_db
def test_what_is_not_there_is_told(asked: Client):
    page = asked.post(URL, {"chosen": ["media/nobody"], "way": "label", "labels": "a=b"})
    assert page.status_code == 422
    assert "Not there any more: media/nobody" in text(page.content.decode())
    assert asked.get(URL).status_code == 200


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Write at least one label."),
        ("team", "is neither"),
        ("-", "A key has 1 to 63"),
        ("a b=c", "A key has 1"),
        ("=x", "A key has"),
        ("k0rdent.mirantis.com/managed=true", "k0rdent itself goes by"),
        ("app.kubernetes.io/name=x", "belong to Kubernetes"),
        ("a=" + "x" * 64, "at most 63"),
        ("a=b c", "at most 63"),
        ("a=1\na=2", "given twice"),
        ("tëam=x", "A key has"),
        ("a=<b>", "at most 63"),
    ],
)
def test_a_label_that_cannot_be_is_told(typed: str, sentence: str):
    _, bad = read_labels(typed)
    assert any(sentence in one.sentence and one.field == "labels" for one in bad), bad
