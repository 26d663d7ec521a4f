from django.urls import path

from dashboard.wall import screens

app_name = "screens"
urlpatterns = [
    # /wall/screens/
    path("wall/screens/", screens.links, name="list"),
    path("wall/screens/<int:pk>/code/", screens.code, name="code"),
    path("wall/screens/<int:pk>/revoke/", screens.revoke, name="revoke"),
    # /screen/
    path("screen/", screens.enter, name="enter"),
]
