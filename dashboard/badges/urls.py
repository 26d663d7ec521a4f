from django.urls import path

from dashboard.badges import views

app_name = "badges"
urlpatterns = [
    # /badges/
    path("regions/<str:name>.svg", views.region, name="region"),
    path("deployments/<str:namespace>/<str:name>.svg", views.deployment, name="deployment"),
]
