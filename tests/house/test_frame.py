"""Imports go down, migrations are complete, and what is generated is in step with its source."""

import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.crds import generate
from tests.house.checkout import ROOT


def test_imports_keep_the_contracts():
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_every_model_has_its_migration(capsys):
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, interactive=False)
    except SystemExit:
        pytest.fail(f"models changed without a migration: {capsys.readouterr().out}", pytrace=False)
    except CommandError as error:
        pytest.fail(str(error), pytrace=False)


def test_the_compact_crds_are_those_of_the_table_of_kinds():
    written = {file.name: file.read_text() for file in generate.HERE.glob("*.yaml")}
    assert written == generate.files(), "run: python -m tests.crds.generate"
