"""What a browser fetches once and keeps, and how small it comes."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client, override_settings

from dashboard import statics
from dashboard.modules import bundled

pytestmark = pytest.mark.django_db
LINKS = re.compile(r'(?:src|href)="(/static/[^"#]+)')


def test_every_file_of_a_page_may_be_kept_for_good_and_what_it_imports_is_of_the_same_version(client):
    links = LINKS.findall(client.get("/sign-in/").content.decode())
    assert links
    assert {link.startswith(statics.prefix()) for link in links} == {True}
    for link in (*links, f"{statics.prefix()}js/morph.js", f"{statics.prefix()}css/pane.css"):
        answer = client.get(link)
        assert (answer.status_code, answer["Cache-Control"]) == (200, statics.KEPT), link
    plain = client.get("/static/js/morph.js")
    assert "immutable" not in plain["Cache-Control"]
    assert plain.content == client.get(f"{statics.prefix()}js/morph.js").content


def test_what_is_asked_of_another_version_is_served_and_kept_by_nobody(client):
    answer = client.get("/static/v-0123456789ab/js/live.js")
    assert (answer.status_code, answer["Cache-Control"]) == (200, statics.OTHER)
    assert client.get("/static/v-0123456789ab/js/nothing.js").status_code == 404


def test_pages_and_files_come_compressed_to_who_takes_that(client):
    for path in ("/sign-in/", f"{statics.prefix()}css/pane.css"):
        plain = client.get(path)
        small = Client(headers={"Accept-Encoding": "gzip"}).get(path)
        assert "Content-Encoding" not in plain
        assert small["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in small["Vary"]
        assert len(small.content) < len(plain.content) / 2
        assert int(small["Content-Length"]) == len(small.content)
    assert gzip.decompress(small.content) == plain.content


def test_the_one_script_is_its_modules_and_nothing_of_a_page_waits_for_another(client):
    answer = client.get(f"{statics.prefix()}js/pane.js")
    text = (answer.getvalue() if answer.streaming else answer.content).decode()
    assert 'import("./yaml-editor.js")' in text  # what is fetched when it is seen
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert re.search(r"^export const \{ .*clock.* \} = \$zone;$", text, re.MULTILINE)
    html = client.get("/sign-in/").content.decode()
    passkeys = re.compile(r"/(?:mfa|account)/js/|/js/passkeys\.js$")  # of this page alone: they ask the browser for one
    shared = [link for link in set(LINKS.findall(html)) if not passkeys.search(link)]
    assert len(shared) <= 6  # with the page itself and its icons: eight


@pytest.mark.parametrize(
    "source",
    [
        "export default 1;",
        "export { a };",
        'import a from "./b.js";',
        'import { a } from "./later.js";',
        'import "./b.js";',
    ],
)
def test_a_form_of_module_that_the_bundle_does_not_know_is_an_error_and_never_left_out(source):
    with pytest.raises(ValueError, match=r"a\.js"):
        bundled({"js/a.js": source.encode()})


def test_the_one_style_is_its_parts_in_their_order():
    with open(finders.find("css/pane.css")) as file:
        text = file.read()
    places = []
    for part in statics.TOGETHER["css/pane.css"]:
        with open(f"static/{part}") as file:
            places.append(text.index(file.read()))
    assert places == sorted(places)


def test_who_serves_files_by_other_means_is_given_plain_addresses_and_all_files(tmp_path):
    with override_settings(STATIC_ROOT=str(tmp_path)):
        assert (
            statics.Versioned(location=str(tmp_path), base_url="/static/").url("css/pane.css") == "/static/css/pane.css"
        )
        call_command("collectstatic", "--noinput", verbosity=0)
    assert (tmp_path / "css" / "pane.css").exists()
