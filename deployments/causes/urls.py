from django.urls import path

from deployments.causes import views

app_name = "causes"
urlpatterns = [
    # /deployments/<namespace>/<name>/logs/: of what is to blame
    path("deployments/<str:namespace>/<str:name>/logs/", views.logs, name="logs"),
    # /leaning/<kind>/…: what leans on it
    path("leaning/<str:kind>/<str:name>/", views.leaning, name="leaning"),
    path("leaning/<str:kind>/<str:namespace>/<str:name>/", views.leaning, name="leaning"),
]
