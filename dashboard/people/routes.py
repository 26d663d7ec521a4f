"""Which right every address and socket takes. What is not listed here is refused; a test walks them all.

Reading takes the right to see, and each read then shows only what the viewer may see of it (`regions.permitted`). Where
a cluster knows the person, its own rules answer for what is written to clusters, object by object.
"""

from collections.abc import Mapping

from django.conf import settings

from regions.domain.roles import OF_CLUSTERS, Right
from regions.domain.viewer import Viewer

OPEN: Mapping[str, str] = {
    "healthz": "probes come by address; it says nothing of clusters",
    "readyz": "probes come by address; it says nothing of clusters",
    "sign-in/": "to sign in",
    "sign-in/link/<str:secret>/": "to sign in; the link is the secret",
    "sign-in/by/<str:provider_id>/": "to sign in",
    "sign-in/local/": "leads to where one signs in",
    "sign-in/second-factor/": "to sign in; the password, or a link, was right",
    "sign-in/passkey/": "to sign in",
    "sign-in/again/": "whoever is signed in may say their password",
    "sign-in/by/<str:provider_id>/signed-out/": "asks itself: the provider's signature",
    "sign-in/by/<str:provider_id>/callback/": "to sign in; the provider's answer is what counts",
    "sign-out/": "whoever is signed in may leave",
    "account/session/": "says who is signed in, to themselves",
    "screen/": "to type a screen's code; guesses are slowed",
    "-/metrics": "asks itself: for who may see the whole fleet",
    "badges/regions/<str:name>.svg": "asks itself: the signature, or who may see the region",
    "badges/deployments/<str:namespace>/<str:name>.svg": "asks itself: the signature, or who may see the deployment",
    "api/v1/": "the API's description names no object",
    "api/v1/schema/": "the API's description names no object",
}
"""Routes that take no right, each with why."""

TO_HAVE_A_SECOND_FACTOR = ("account/second-factor/", "account/session/", "account/password/", "sign-in/", "sign-out/")
"""All that is open to who has none and must."""

ADMIN = "admin/"
"""Below it Django asks for its own permissions, object by object; only staff come in."""

_ROUTES: Mapping[Right, tuple[str, ...]] = {
    Right.SEE: (
        "",
        "account/",
        "account/back/",
        "account/tokens/<int:pk>/revoke/",
        "account/sessions/<int:pk>/end/",
        "account/sessions/everywhere/",
        "account/password/",
        "account/password/first/",
        "account/second-factor/",
        "account/second-factor/app/",
        "account/second-factor/app/remove/",
        "account/second-factor/codes/",
        "account/second-factor/codes/new/",
        "account/second-factor/passkeys/",
        "account/second-factor/passkeys/new/",
        "account/second-factor/passkeys/<int:pk>/remove/",
        "access/",
        "-/live/",
        "-/status/",
        "feed/",
        "feed/<int:id>/",
        "feed/changes.<str:form>",
        "glossary/",
        "map/",
        "wall/",
        "wall/regions/<str:name>/",
        "wall/map/",
        "wall/alerts/",
        "wall/moving/",
        "notices/",
        "notices/bell/",
        "notices/rules/",
        "notices/rules/<int:pk>/",
        "search/",
        "search/palette/",
        "views/",
        "views/look/",
        "views/<int:pk>/",
        *(f"views/<int:pk>/{what}/" for what in ("rename", "keep", "place", "remove")),
        "metrics/",
        "metrics/alerts/",
        "metrics/cost/",
        "metrics/onboarding/",
        "metrics/figures/<str:key>/",
        "metrics/chart/",
        "metrics/chart.csv",
        "metrics/chart.json",
        "metrics/export/<str:name>.<str:ending>",
        "regions/<str:name>/metrics/",
        "regions/",
        "regions/<str:name>/",
        "regions/<str:name>/reliability/",
        "deployments/<str:namespace>/<str:name>/reliability/",
        "reliability/",
        "reports/week/",
        "reports/week/<str:name>/",
        "reports/week/<str:name>.csv",
        "api/v1/reports/week/",
        "past/",
        "past/object/",
        "topology/",
        "topology/regions/<str:name>/",
        "topology/deployments/<str:namespace>/<str:name>/",
        "upkeep/",
        "deployments/<str:namespace>/<str:name>/logs/",
        "dependents/<str:kind>/<str:name>/",
        "dependents/<str:kind>/<str:namespace>/<str:name>/",
        "leaning/<str:kind>/<str:name>/",
        "leaning/<str:kind>/<str:namespace>/<str:name>/",
        "credentials/",
        "credentials/matrix/",
        "credentials/<str:namespace>/<str:name>/",
        "deployments/",
        "deployments/compare/",
        "deployments/<str:namespace>/<str:name>/",
        "deployments/<str:namespace>/<str:name>/timeline/",
        "deployments/<str:namespace>/<str:name>/kubeconfig/",  # asks whether they may read its Secret
        "deployments/<str:namespace>/<str:name>/metrics/",
        "templates/",
        "services/",
        "backups/",
        "objects/",
        "objects/<str:kind>/",
        "objects/<str:kind>/<str:name>/",
        "objects/<str:kind>/<str:namespace>/<str:name>/",
        "submissions/<str:key>/",
        "submissions/<str:key>/remove/",
        "api/v1/token/",
        "api/v1/regions/",
        "api/v1/regions/<str:name>/",
        "api/v1/changes/",
        "api/v1/metrics/",
        "api/v1/metrics/alerts/",
        "api/v1/metrics/regions/<str:name>/",
        "api/v1/metrics/deployments/<str:namespace>/<str:name>/",
        "api/v1/maintenance/",
        "api/v1/maintenance/<int:pk>/",
        "api/v1/views/",
        "api/v1/views/<int:pk>/",
        "api/v1/credentials/",
        "api/v1/deployments/",
        "api/v1/deployments/<str:namespace>/<str:name>/",
        "api/v1/templates/",
        "api/v1/services/",
        "api/v1/backups/",
        "api/v1/objects/",
        "api/v1/objects/<str:kind>/",
        "api/v1/objects/<str:kind>/<str:namespace>/<str:name>/",
        "api/v1/causes/",
        "api/v1/deployments/<str:namespace>/<str:name>/causes/",
        *(
            f"api/v1/{what}/{more}/"
            for what in (
                "regions/<str:name>",
                "credentials/<str:namespace>/<str:name>",
                "services/<str:name>",
            )
            for more in ("causes", "dependents", "leaning")
        ),
        *(
            f"api/v1/{what}/{more}/"
            for what in (
                "templates/cluster/<str:namespace>/<str:name>",
                "templates/service/<str:namespace>/<str:name>",
                "templates/provider/<str:name>",
                "providers/<str:name>",
            )
            for more in ("dependents", "leaning")
        ),
        "ws/live/",
        "ws/changes/",
    ),
    Right.DEPLOYMENTS: (
        "new/deployment/",
        "new/deployment/yaml/",
        "new/deployment/yaml/check/",
        "new/deployment/schema/",
        "deployments/bulk/",
        "deployments/bulk/done/",
        "deployments/<str:namespace>/<str:name>/delete/",
        "deployments/<str:namespace>/<str:name>/edit/",
        "deployments/<str:namespace>/<str:name>/edit/yaml/",
        "deployments/<str:namespace>/<str:name>/edit/yaml/check/",
        "deployments/<str:namespace>/<str:name>/<action:action>/",
    ),
    Right.CREDENTIALS: (
        "new/credential/",
        "new/credential/<str:provider>/",
        "new/credential/<str:provider>/yaml/",
        "credentials/bulk/",
        "credentials/repair/",
        *(
            f"credentials/<str:namespace>/<str:name>/{what}/"
            for what in ("delete", "rotate", "copy", "identity", "copies")
        ),
    ),
    Right.REGIONS: (
        "new/region/",
        "new/region/yaml/",
        "upgrade/k0rdent/<str:name>/",
        *(f"regions/<str:name>/{what}/" for what in ("providers", "pause", "kubeconfig", "delete")),
    ),
    Right.OBJECTS: (
        *(f"new/object/<str:kind>/{what}" for what in ("", "schema/", "check/")),
        *(
            f"{way}/object/<str:kind>/{what}/"
            for way in ("edit", "delete")
            for what in ("<str:name>", "<str:namespace>/<str:name>")
        ),
    ),
    Right.MAINTENANCE: ("upkeep/new/", "upkeep/<int:pk>/end/"),
    Right.NOTICES: (
        "notices/rules/new/",
        *(f"notices/rules/<int:pk>/{what}/" for what in ("edit", "secret", "test", "remove")),
        "notices/deliveries/<int:pk>/again/",
    ),
    Right.PEOPLE: ("service-tokens/", "service-tokens/<int:pk>/revoke/"),
    Right.AUDIT: ("audit/", "audit/export.<str:form>"),
    Right.VIEWS: ("views/<int:pk>/share/",),
    Right.SCREENS: ("wall/screens/", "wall/screens/<int:pk>/code/", "wall/screens/<int:pk>/revoke/"),
}

RIGHTS: Mapping[str, Right] = {route: right for right, routes in _ROUTES.items() for route in routes}
"""By the pattern of its address."""


def refused(viewer: Viewer | None, route: str) -> str:
    """Why this viewer may not come here, in a sentence; empty when they may. Whether they are signed in is asked
    before."""
    if route in OPEN or route.startswith(ADMIN):
        return ""
    right = RIGHTS.get(route)
    if right is None:
        return "This address declares no right, so nobody may use it."
    if viewer is None or right is Right.SEE or allowed(viewer, right):
        return ""
    return f"Your roles here do not let you {right}. Ask an administrator of Pane; /access/ says what you may do."


def allowed(viewer: Viewer, right: Right) -> bool:
    """Whether they may somewhere: by a role of Pane, or, where a cluster knows them, as far as the cluster says."""
    return _by_clusters(viewer, right) or viewer.may(right)


def allowed_at(viewer: Viewer, right: Right, region: str, namespace: str) -> bool:
    """The same of one place; where a cluster decides, it says so of the very object only when asked."""
    return _by_clusters(viewer, right) or viewer.may_at(right, region, namespace)


def _by_clusters(viewer: Viewer, right: Right) -> bool:
    return right in OF_CLUSTERS and settings.PANE_IMPERSONATE and not viewer.screen
