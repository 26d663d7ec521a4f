"""What the web process runs (`manage.py serve`): pages, sockets, and the end of both."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
pages = get_asgi_application()  # before anything that needs the app registry

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from dashboard import environment, web  # noqa: E402
from dashboard.live.lifespan import lifespan  # noqa: E402
from dashboard.live.routing import urlpatterns  # noqa: E402
from dashboard.people.sockets import Signed  # noqa: E402
from dashboard.proxies import Behind  # noqa: E402

if settings.PRODUCTION and not web.ours():
    environment.refuse(
        f"its web process is `{environment.command('serve')}`; the command lines of ASGI servers believe what "
        "requests say of where they come from."
    )

application = Behind(
    ProtocolTypeRouter({"http": pages, "websocket": Signed(URLRouter(urlpatterns)), "lifespan": lifespan}),
    settings.PANE_TRUSTED_HOPS,
    settings.PANE_PATH,
)
