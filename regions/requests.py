"""What a view is called with."""

from django.http import HttpRequest

from regions.domain.viewer import Viewer


class ViewedRequest(HttpRequest):
    """A request of somebody who is signed in: the middleware has said on whose behalf it reads. For annotations."""

    viewer: Viewer
