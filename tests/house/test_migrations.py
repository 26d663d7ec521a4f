"""While Pane is upgraded, and after a rollback, an older version writes to the newer tables: what it knows nothing of
has to have a default in the database.
"""

import pytest
from django.db import connection
from django.db.migrations import AddField, DeleteModel, RemoveField, RenameField, RenameModel
from django.db.migrations.loader import MigrationLoader

from dashboard.models import ApiToken
from deployments.models import Submission

OWN = {"dashboard", "deployments", "regions"}
BEFORE = {  # this was asked of a migration
    "regions.0003_measures: measured.store",
    "regions.0006_what_holds_back: firing.inhibited_by",
    "regions.0006_what_holds_back: firing.muted_by",
    "regions.0006_what_holds_back: measured.asked",
    "regions.0008_odd_things_and_polling: stream.unrecorded",
}


def test_nothing_is_taken_away_or_renamed_under_a_version_that_uses_it():
    """Whoever does so adds it here, with the version that used it last: not the one before."""
    taken = {
        f"{app}.{name}"
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in OWN
        if any(isinstance(each, RemoveField | DeleteModel | RenameField | RenameModel) for each in migration.operations)
    }
    assert taken == {"regions.0005_no_manifest_in_the_log"}  # before there was a release


def test_a_column_that_is_added_can_be_left_out_by_who_does_not_know_it():
    added = {
        f"{app}.{name}: {each.model_name}.{each.name}"
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in OWN
        for each in migration.operations
        if isinstance(each, AddField)
        if not (each.field.null or each.field.many_to_many or each.field.has_db_default())
    }
    assert added == BEFORE


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "column"), [(ApiToken, "writes"), (ApiToken, "used_from"), (Submission, "owner")])
def test_the_database_itself_has_it(model, column):
    with connection.cursor() as cursor:
        told = connection.introspection.get_table_description(cursor, model._meta.db_table)
    assert next(each for each in told if each.name == column).default is not None
