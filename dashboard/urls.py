"""Every route. Pages and sockets need sign-in unless a view says otherwise."""

from django.contrib import admin
from django.urls import include, path

from dashboard import search, views
from dashboard.glossary.views import page as glossary
from dashboard.live import polling
from dashboard.palette.views import palette
from dashboard.people.oidc import logout
from dashboard.people.oidc import views as oidc
from dashboard.people.views import to_administration
from dashboard.reports import reliability
from dashboard.status import exposition, probes
from dashboard.wall.views import map_page

handler400 = "dashboard.errors.bad_request"
handler403 = "dashboard.errors.permission_denied"
handler404 = "dashboard.errors.not_found"
handler500 = "dashboard.errors.failed"

urlpatterns = [
    # Health, answered before any middleware (dashboard.middleware.health_first); here for their names
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    # /sign-in/ /sign-out/ /account/
    path("", include("dashboard.people.urls")),
    # /sign-in/by/: called as allauth calls them
    path("sign-in/by/<str:provider_id>/", oidc.begin, name="openid_connect_login"),
    path("sign-in/by/<str:provider_id>/signed-out/", logout.signed_out, name="openid_connect_signed_out"),
    path("sign-in/by/<str:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    # /account/password/ /account/second-factor/ /sign-in/…: called as allauth calls them
    path("", include("dashboard.people.local.urls")),
    # / /feed/
    path("", views.overview, name="overview"),
    path("feed/", include("dashboard.feed.urls")),
    # /wall/screens/ /screen/
    path("", include("dashboard.wall.screen_urls")),
    # /map/
    path("map/", map_page, name="map"),
    # /wall/ …
    path("", include("dashboard.wall.urls")),
    # /-/metrics: of Pane itself
    path("-/metrics", exposition.metrics, name="metrics_of_pane"),
    path("-/status/", exposition.page, name="status_of_pane"),
    # /-/live/: what has changed, for pages whose sockets are blocked
    path("-/live/", polling.page, name="polled"),
    # /badges/: pictures of one word
    path("badges/", include("dashboard.badges.urls")),
    # /notices/
    path("notices/", include("dashboard.notices.urls")),
    # /views/: lists under a name
    path("views/", include("dashboard.saved.urls")),
    # /glossary/: what words mean
    path("glossary/", glossary, name="glossary"),
    # /reliability/
    path("reliability/", reliability.page, name="reliability"),
    # /reports/week/
    path("reports/", include("dashboard.reports.urls")),
    # /search/
    path("search/", search.page, name="search"),
    path("search/palette/", palette, name="palette"),
    # /metrics/ …
    path("", include("regions.metrics.pages.urls")),
    # /regions/ …
    path("", include("regions.urls")),
    # /upkeep/: maintenance, and what somebody knows of
    path("upkeep/", include("regions.maintenance.urls")),
    # /dependents/
    path("", include("deployments.causes.urls")),
    # /topology/ …
    path("", include("deployments.topology.urls")),
    # /credentials/
    path("", include("deployments.credentials.urls")),
    # /deployments/ /templates/ /services/ …
    path("", include("deployments.urls")),
    # /api/v1/
    path("api/v1/", include("dashboard.api.urls")),
    # /admin/
    path("admin/login/", to_administration),
    path("admin/", admin.site.urls),
]
