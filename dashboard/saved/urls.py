from django.urls import path

from dashboard.saved import views

app_name = "saved"
urlpatterns = [
    # /views/
    path("", views.index, name="list"),
    path("look/", views.look, name="look"),
    path("<int:pk>/", views.opened, name="open"),
    path("<int:pk>/rename/", views.rename, name="rename"),
    path("<int:pk>/keep/", views.keep, name="keep"),
    path("<int:pk>/place/", views.place, name="place"),
    path("<int:pk>/share/", views.share, name="share"),
    path("<int:pk>/remove/", views.remove, name="remove"),
]
