from django.urls import path

from regions import views

app_name = "regions"
urlpatterns = [
    # /regions/
    path("regions/", views.regions, name="list"),
    path("regions/<str:name>/", views.region, name="detail"),
]
