from django.urls import path

from deployments import views

app_name = "deployments"
urlpatterns = [
    # /deployments/
    path("deployments/", views.index, name="list"),
    path("deployments/<str:namespace>/<str:name>/", views.detail, name="detail"),
    # /templates/ /services/ /backups/
    path("templates/", views.templates, name="templates"),
    path("services/", views.services, name="services"),
    path("backups/", views.backups, name="backups"),
]
