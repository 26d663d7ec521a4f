from django.urls import path

from deployments.credentials import views
from deployments.credentials.forms import bulk, copies, copy, create, delete, repoint, rotate
from deployments.credentials.matrix import repair

app_name = "credentials"
urlpatterns = [
    # /credentials/
    path("credentials/", views.index, name="list"),
    path("credentials/matrix/", views.matrix, name="matrix"),
    path("credentials/bulk/", bulk.bulk, name="bulk"),
    path("credentials/repair/", repair.repair, name="repair"),
    path("credentials/<str:namespace>/<str:name>/", views.detail, name="detail"),
    path("credentials/<str:namespace>/<str:name>/delete/", delete.delete, name="delete"),
    path("credentials/<str:namespace>/<str:name>/rotate/", rotate.rotate, name="rotate"),
    path("credentials/<str:namespace>/<str:name>/copy/", copy.copy, name="copy"),
    path("credentials/<str:namespace>/<str:name>/identity/", repoint.repoint, name="identity"),
    path("credentials/<str:namespace>/<str:name>/copies/", copies.copies, name="copies"),
    # /new/credential/
    path("new/credential/", create.choose, name="choose"),
    path("new/credential/<str:provider>/", create.new, name="new"),
    path("new/credential/<str:provider>/yaml/", create.sketch, name="sketch"),
]
