from django.urls import path

from deployments.topology import views

app_name = "topology"
urlpatterns = [
    # /topology/
    path("topology/", views.fleet, name="fleet"),
    path("topology/regions/<str:name>/", views.region, name="region"),
    path("topology/deployments/<str:namespace>/<str:name>/", views.deployment, name="deployment"),
]
