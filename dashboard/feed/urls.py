from django.urls import path

from dashboard.feed import export, views

urlpatterns = [
    # /feed/
    path("", views.feed, name="feed"),
    path("<int:id>/", views.change, name="change"),
    path("changes.<str:form>", export.export, name="feed_export"),
]
