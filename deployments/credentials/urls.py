from django.urls import path

from deployments.credentials import asking, bulk, copying, following, leaving, repairing, repointing, rotating, views

app_name = "credentials"
urlpatterns = [
    # /credentials/
    path("credentials/", views.index, name="list"),
    path("credentials/matrix/", views.matrix, name="matrix"),
    path("credentials/bulk/", bulk.bulk, name="bulk"),
    path("credentials/repair/", repairing.repair, name="repair"),
    path("credentials/<str:namespace>/<str:name>/", views.detail, name="detail"),
    path("credentials/<str:namespace>/<str:name>/delete/", leaving.delete, name="delete"),
    path("credentials/<str:namespace>/<str:name>/rotate/", rotating.rotate, name="rotate"),
    path("credentials/<str:namespace>/<str:name>/copy/", copying.copy, name="copy"),
    path("credentials/<str:namespace>/<str:name>/identity/", repointing.repoint, name="identity"),
    path("credentials/<str:namespace>/<str:name>/copies/", following.copies, name="copies"),
    # /new/credential/
    path("new/credential/", asking.choose, name="choose"),
    path("new/credential/<str:provider>/", asking.new, name="new"),
    path("new/credential/<str:provider>/yaml/", asking.sketch, name="sketch"),
]
