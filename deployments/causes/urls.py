from django.urls import path

from deployments.causes import views

app_name = "causes"
urlpatterns = [
    # /deployments/<namespace>/<name>/logs/: of what is to blame
    path("deployments/<str:namespace>/<str:name>/logs/", views.logs, name="logs"),
    # /dependents/<kind>/…: what depends on it
    path("dependents/<str:kind>/<str:name>/", views.dependents, name="dependents"),
    path("dependents/<str:kind>/<str:namespace>/<str:name>/", views.dependents, name="dependents"),
    # /leaning/: how it was called before
    path("leaning/<str:kind>/<str:name>/", views.moved, name="leaning"),
    path("leaning/<str:kind>/<str:namespace>/<str:name>/", views.moved, name="leaning"),
]
