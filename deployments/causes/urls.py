from django.urls import path

from deployments.causes import views

app_name = "causes"
urlpatterns = [
    # /leaning/<kind>/…: what leans on it
    path("leaning/<str:kind>/<str:name>/", views.leaning, name="leaning"),
    path("leaning/<str:kind>/<str:namespace>/<str:name>/", views.leaning, name="leaning"),
]
