from django.urls import path, register_converter

from deployments.backups import views as backups
from deployments.clusterdeployments import bulk, comparing, delete, edit, editor, metrics, new, timeline_view, views
from deployments.clusterdeployments import kubeconfig as child
from deployments.clusterdeployments.actions.views import ACTIONS, act
from deployments.objects import changing, upgrade
from deployments.objects import views as objects
from deployments.registration import deregister, kubeconfig, pause, providers, register
from deployments.services import views as services
from deployments.submissions import views as submission
from deployments.template_catalog import views as templates


class Action:
    """Only what can be done: other addresses below a deployment are other pages."""

    regex = "|".join(ACTIONS)

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(Action, "action")
app_name = "deployments"
urlpatterns = [
    # /deployments/
    path("deployments/", views.index, name="list"),
    path("deployments/compare/", comparing.compare, name="compare"),
    path("deployments/bulk/", bulk.bulk, name="bulk"),
    path("deployments/bulk/done/", bulk.bulk_done, name="bulk_done"),
    path("deployments/<str:namespace>/<str:name>/", views.detail, name="detail"),
    path("deployments/<str:namespace>/<str:name>/timeline/", timeline_view.timeline, name="timeline"),
    path("deployments/<str:namespace>/<str:name>/reliability/", views.reliability, name="reliability"),
    path("deployments/<str:namespace>/<str:name>/metrics/", metrics.metrics, name="metrics"),
    path("deployments/<str:namespace>/<str:name>/kubeconfig/", child.kubeconfig, name="kubeconfig"),
    path("deployments/<str:namespace>/<str:name>/delete/", delete.delete_deployment, name="delete"),
    path("deployments/<str:namespace>/<str:name>/edit/", edit.edit_deployment, name="edit"),
    path("deployments/<str:namespace>/<str:name>/edit/yaml/", edit.edit_yaml, name="edit_yaml"),
    path("deployments/<str:namespace>/<str:name>/edit/yaml/check/", editor.check_edit, name="edit_yaml_check"),
    path("deployments/<str:namespace>/<str:name>/<action:action>/", act, name="act"),
    # /templates/ /services/ /backups/
    path("templates/", templates.index, name="templates"),
    path("services/", services.index, name="services"),
    path("backups/", backups.index, name="backups"),
    # /objects/<kind>/…
    path("objects/", objects.index, name="object_kinds"),
    path("objects/<str:kind>/", objects.objects, name="objects"),
    path("objects/<str:kind>/<str:name>/", objects.detail, name="object"),
    path("objects/<str:kind>/<str:namespace>/<str:name>/", objects.detail, name="object"),
    # /new/object/<kind>/ /edit/object/<kind>/… /delete/object/<kind>/…
    path("new/object/<str:kind>/", changing.new_object, name="new_object"),
    path("new/object/<str:kind>/schema/", changing.object_schema, name="object_schema"),
    path("new/object/<str:kind>/check/", changing.check_object, name="check_object"),
    path("edit/object/<str:kind>/<str:name>/", changing.edit_object, name="edit_object"),
    path("edit/object/<str:kind>/<str:namespace>/<str:name>/", changing.edit_object, name="edit_object"),
    path("delete/object/<str:kind>/<str:name>/", changing.delete_object, name="delete_object"),
    path("delete/object/<str:kind>/<str:namespace>/<str:name>/", changing.delete_object, name="delete_object"),
    path("upgrade/k0rdent/<str:name>/", upgrade.upgrade_k0rdent, name="upgrade_k0rdent"),
    # /new/deployment/
    path("new/deployment/", new.new_deployment, name="new"),
    path("new/deployment/yaml/", new.deployment_yaml, name="new_yaml"),
    path("new/deployment/yaml/check/", editor.check_new, name="new_yaml_check"),
    path("new/deployment/schema/", editor.deployment_schema, name="new_schema"),
    # /regions/<name>/…
    path("regions/<str:name>/providers/", providers.providers, name="region_providers"),
    path("regions/<str:name>/pause/", pause.pause, name="region_pause"),
    path("regions/<str:name>/kubeconfig/", kubeconfig.kubeconfig, name="region_kubeconfig"),
    path("regions/<str:name>/delete/", deregister.deregister, name="region_delete"),
    # /new/region/
    path("new/region/", register.new_region, name="new_region"),
    path("new/region/yaml/", register.region_yaml, name="new_region_yaml"),
    # /submissions/<key>/
    path("submissions/<str:key>/", submission.submission, name="submission"),
    path("submissions/<str:key>/remove/", submission.remove, name="remove"),
]
