"""What runs, in the API: `/api/v1/`."""

from django.urls import path

from deployments.backups.api import Backups
from deployments.clusterdeployments.api import Deployment, Deployments
from deployments.credentials.api import Credentials
from deployments.objects.api import Object, ObjectKinds, Objects
from deployments.registration.api import Regions
from deployments.registration.change_api import Region
from deployments.services.api import Services
from deployments.template_catalog.api import Templates

urlpatterns = [
    path("regions/", Regions.as_view(), name="regions"),
    path("regions/<str:name>/", Region.as_view(), name="region"),
    path("credentials/", Credentials.as_view(), name="credentials"),
    path("deployments/", Deployments.as_view(), name="deployments"),
    path("deployments/<str:namespace>/<str:name>/", Deployment.as_view(), name="deployment"),
    path("templates/", Templates.as_view(), name="templates"),
    path("services/", Services.as_view(), name="services"),
    path("backups/", Backups.as_view(), name="backups"),
    path("objects/", ObjectKinds.as_view(), name="object_kinds"),
    path("objects/<str:kind>/", Objects.as_view(), name="objects"),
    path("objects/<str:kind>/<str:namespace>/<str:name>/", Object.as_view(), name="object"),
]
