from django.urls import path

from deployments.credentials import asking, leaving, views

app_name = "credentials"
urlpatterns = [
    # /credentials/
    path("credentials/", views.index, name="list"),
    path("credentials/matrix/", views.matrix, name="matrix"),
    path("credentials/<str:namespace>/<str:name>/", views.detail, name="detail"),
    path("credentials/<str:namespace>/<str:name>/delete/", leaving.delete, name="delete"),
    # /new/credential/
    path("new/credential/", asking.choose, name="choose"),
    path("new/credential/<str:provider>/", asking.new, name="new"),
    path("new/credential/<str:provider>/yaml/", asking.sketch, name="sketch"),
]
