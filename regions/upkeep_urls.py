from django.urls import path

from regions import upkeep_views

app_name = "upkeep"
urlpatterns = [
    # /upkeep/
    path("", upkeep_views.index, name="list"),
    path("new/", upkeep_views.new, name="new"),
    path("<int:pk>/end/", upkeep_views.end, name="end"),
]
