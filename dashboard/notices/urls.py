from django.urls import path

from dashboard.notices import views

app_name = "notices"
urlpatterns = [
    # /notices/
    path("", views.index, name="list"),
    path("bell/", views.bell, name="bell"),
    # /notices/rules/
    path("rules/", views.rules, name="rules"),
    path("rules/new/", views.edit, name="new"),
    path("rules/<int:pk>/", views.rule, name="rule"),
    path("rules/<int:pk>/edit/", views.edit, name="edit"),
    path("rules/<int:pk>/secret/", views.reveal, name="secret"),
    path("rules/<int:pk>/test/", views.test, name="test"),
    path("rules/<int:pk>/remove/", views.remove, name="remove"),
    path("deliveries/<int:pk>/again/", views.again, name="again"),
]
