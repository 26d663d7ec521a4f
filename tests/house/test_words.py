"""What must stand in no file: places of one machine, hosts of registries, secrets, script and style within pages."""

import os
import re

from tests.house.checkout import ROOT, lines_with, tracked

CI = ".ci/run"
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("proxy", "golang", "org"),
        ("registry", "npmjs", "org"),
        ("rubygems", "org"),
    )
]
# Where anybody may live and clone to.
ORDINARY = {"//", "/", "/tmp/", "/srv/", "/opt/", "/home/", "/var/", "/usr/src/", "/root/", "/app/"}


def test_no_file_names_the_machine_it_was_written_on():
    places = {f"{ROOT.parent}/", f"{os.path.expanduser('~')}/", "/tmp/" + "envt"} - ORDINARY
    assert lines_with(sorted(places)) == []


def test_only_continuous_integration_knows_the_folder_beside_the_checkout():
    assert lines_with(["../" + "shared", "domain/" + "samples"], but=(CI,)) == []


def test_no_file_names_the_host_of_a_package_registry():
    assert lines_with(REGISTRIES) == []


def test_no_file_holds_a_private_key_or_a_token():
    shapes = re.compile(
        r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{100}"  # whole, not only the words
        r"|\beyJhbGciOi[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}"  # a token of a service account
        r"|\bAKIA(?!X|IOSFODNN7|DEMO)[0-9A-Z]{16}\b"  # but what plainly is invented
    )
    assert [name for name, text in tracked() if shapes.search(text)] == []


def test_templates_bring_no_script_and_no_style_of_their_own():
    """The content security policy would block them, and a page would quietly lose what they do."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"(?:application/json|speculationrules)\")[^>]*>"
        r"|<style\b|\sstyle=|\son[a-z]+=[\"']|\shx-on|\bhx-vars=|\bjavascript:",
        re.IGNORECASE,
    )
    found = [
        f"{name}: {match.group().strip()}"
        for name, text in tracked("templates/*.html", "*/templates/*.html")
        for match in inline.finditer(re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", text, flags=re.DOTALL))
    ]
    assert found == []


def test_pages_load_nothing_from_another_host():
    elsewhere = re.compile(r"(?:\bsrc|\bhref|@import|url\()\s*=?\s*[\"'(]?\s*(?:https?:)?//", re.IGNORECASE)
    loads = re.compile(r"<(?:script|img|iframe|source|use|link)\b[^>]*>", re.IGNORECASE)
    found = [
        f"{name}: {match.group()}"
        for name, text in tracked("templates/*.html")
        for match in loads.finditer(text)
        if elsewhere.search(match.group())
    ]
    imported = re.compile(r"@import|url\(\s*[\"']?(?:https?:)?//")
    found += [name for name, text in tracked("static/*.css") if imported.search(text)]
    assert found == []
