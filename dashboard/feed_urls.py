from django.urls import path

from dashboard import exporting, feed

urlpatterns = [
    # /feed/
    path("", feed.feed, name="feed"),
    path("<int:id>/", feed.change, name="change"),
    path("changes.<str:form>", exporting.export, name="feed_export"),
]
