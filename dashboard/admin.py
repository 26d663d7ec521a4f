"""What administrators see of people: who has tokens, and revoking them. Digests are of no use to anybody here."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboard.models import ApiToken, GroupRole, ScreenLink
from dashboard.people import links, screens
from dashboard.people.local import own_sessions, second_factor
from regions.models import AuditEntry


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "user",
        "name",
        "writes",
        "regions",
        "namespaces",
        "made_by",
        "created_at",
        "expires_at",
        "used_at",
        "used_from",
        "revoked_at",
    )
    list_filter = ("revoked_at", "writes")
    search_fields = ("user__username", "name")
    fields = readonly_fields = list_display
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a token is shown to its owner only: on the account page, or by `manage.py token`

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        revoked = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{revoked} tokens no longer work.", messages.SUCCESS)


class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    actions = ("sign_in_link",)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Who comes by a provider has their password there."""
        found = super().get_fieldsets(request, obj)
        if obj is None or not second_factor.by_provider(obj):
            return found
        return [(title, more | {"fields": [f for f in more["fields"] if f != "password"]}) for title, more in found]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        user = self.get_object(request, unquote(id))
        if user is not None and second_factor.by_provider(user):
            raise PermissionDenied("They sign in by their provider: their password is there.")
        return super().user_change_password(request, id, form_url)

    @admin.action(description="Make a one-time sign-in link", permissions=["change"])
    def sign_in_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset[:20]:
            if user.is_superuser and not request.user.is_superuser:
                continue  # nobody may hand themselves more than they have
            if second_factor.by_provider(user):
                self.message_user(request, f"{user.get_username()} signs in by their provider.", messages.WARNING)
                continue
            address = request.build_absolute_uri(links.make(user))
            self.message_user(request, f"{user.get_username()}, once, within 30 minutes: {address}", messages.SUCCESS)


@admin.register(GroupRole)
class GroupRoleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("group", "role", "regions", "namespaces")
    list_filter = ("role",)


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The trail can be looked at; nobody adds to it, changes it or takes from it here."""

    list_display = ("id", "at", "actor", "action", "kind", "namespace", "name", "outcome")
    search_fields = ("actor", "action", "name")
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class _Seen(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looked at, and taken away; nobody makes or alters one here."""

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return list(map(str, self.list_display))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class SecondFactorAdmin(_Seen):
    """For whoever lost theirs. What they share with Pane is not shown."""

    list_display = fields = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__username",)


class SessionAdmin(_Seen):
    """To delete one is to sign it out."""

    list_display = fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    search_fields = ("user__username", "ip")

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        own_sessions.end([obj.session_key])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserSession]) -> None:
        own_sessions.end([one.session_key for one in queryset])


@admin.register(ScreenLink)
class ScreenAdmin(_Seen):
    """Screens on walls. They are let in on `/wall/screens/`; here they are looked at and shut out."""

    list_display = fields = (
        *("name", "regions", "namespaces", "network", "created_by", "created_at"),
        *("expires_at", "opened_at", "seen_at", "seen_from", "revoked_at"),
    )
    list_filter = ("revoked_at",)
    search_fields = ("name",)
    actions = ("revoke",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dashboard.change_screenlink")

    @admin.action(description="Revoke the selected screens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ScreenLink]) -> None:
        for link in queryset:
            screens.revoke(link)
        self.message_user(request, "These screens go dark within two seconds.", messages.SUCCESS)


# Who came by a provider stays linked to it: without, their account would be taken for a local one.
admin.site.unregister([EmailAddress, SocialAccount, SocialApp, SocialToken])
admin.site.unregister([Authenticator, UserSession])
admin.site.register(Authenticator, SecondFactorAdmin)
admin.site.register(UserSession, SessionAdmin)
admin.site.unregister(User)
admin.site.register(User, PersonAdmin)
