from django.urls import path

from regions import views
from regions.inventory.as_of import views as as_of_views

app_name = "regions"
urlpatterns = [
    # /regions/
    path("regions/", views.regions, name="list"),
    path("regions/<str:name>/", views.region, name="detail"),
    path("regions/<str:name>/reliability/", views.reliability, name="reliability"),
    # /past/: any list and any object as it was
    path("past/", as_of_views.past, name="past"),
    path("past/object/", as_of_views.past_object, name="past_object"),
]
