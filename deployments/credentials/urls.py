from django.urls import path

from deployments.credentials import views

app_name = "credentials"
urlpatterns = [
    # /credentials/
    path("credentials/", views.index, name="list"),
    path("credentials/<str:namespace>/<str:name>/", views.detail, name="detail"),
]
