from django.urls import path

from regions import past_views, views

app_name = "regions"
urlpatterns = [
    # /regions/
    path("regions/", views.regions, name="list"),
    path("regions/<str:name>/", views.region, name="detail"),
    # /past/: any list and any object as it was
    path("past/", past_views.past, name="past"),
    path("past/object/", past_views.past_object, name="past_object"),
]
