from django.apps import AppConfig
from django.conf import settings


class RegionsConfig(AppConfig):
    name = "regions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from regions.kube import addresses

        addresses.confine(settings.PANE_EGRESS)
