from django.urls import path

from dashboard import badges

app_name = "badges"
urlpatterns = [
    # /badges/
    path("regions/<str:name>.svg", badges.region, name="region"),
    path("deployments/<str:namespace>/<str:name>.svg", badges.deployment, name="deployment"),
]
