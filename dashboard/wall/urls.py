from django.urls import path

from dashboard.wall import views

app_name = "wall"
urlpatterns = [
    # /wall/
    path("wall/", views.regions, name="regions"),
    path("wall/regions/<str:name>/", views.region, name="region"),
    path("wall/map/", views.map_of_regions, name="map"),
    path("wall/alerts/", views.alerts, name="alerts"),
    path("wall/moving/", views.moving, name="moving"),
]
