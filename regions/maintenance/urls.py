from django.urls import path

from regions.maintenance import views

app_name = "upkeep"
urlpatterns = [
    # /upkeep/
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/end/", views.end, name="end"),
]
