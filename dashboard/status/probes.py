"""Is this process alive, and is it of use? For kubelets, load balancers and people in a hurry."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard import environment
from regions import inventory

_migrated = False


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing about what it depends on."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether pages can be trusted: 200, or 503 with what is wrong in a sentence.

    `?exclude=watcher` is for who sends people to us: without a watcher, pages say what they no longer know.
    """
    checks = {"database": "ok", "migrations": "ok", "watcher": "ok"}
    try:
        checks["migrations"] = _migrations()
        if checks["migrations"] == "ok":
            checks["watcher"] = _watcher()
    except DatabaseError:
        # Not the error's own words: they can name hosts and accounts, and this page needs no sign-in.
        checks = {"database": "The database does not answer.", "migrations": "not known", "watcher": "not known"}
    excluded = request.GET.getlist("exclude")
    ready = all(word == "ok" for name, word in checks.items() if name not in excluded)
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def _migrations() -> str:
    global _migrated
    if not _migrated:  # once applied they stay so; planning costs more than the rest together
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            return f"{missing} migrations are missing: run `{environment.command('migrate')}`."
        _migrated = True
    return "ok"


def _watcher() -> str:
    fresh = inventory.freshness()
    if fresh.alive:
        return "ok"
    if fresh.trouble:
        return fresh.trouble
    if fresh.beat_at is None:
        return f"No watcher has run yet: start `{environment.command('watch')}`."
    return f"The watcher was last heard at {fresh.beat_at:%Y-%m-%d %H:%M:%S} UTC."
