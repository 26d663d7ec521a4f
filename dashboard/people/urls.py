from django.urls import path

from dashboard.people import access, audit, views
from dashboard.people import service_tokens as services
from dashboard.people.local import own_sessions
from dashboard.people.oidc import views as oidc

app_name = "people"
urlpatterns = [
    # /
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-in/link/<str:secret>/", views.link, name="link"),
    path("sign-out/", oidc.sign_out, name="sign_out"),
    # /account/
    path("account/", views.account, name="account"),
    path("account/back/", views.back, name="back"),
    path("account/session/", views.session, name="session"),
    path("account/sessions/<int:pk>/end/", own_sessions.end_one, name="end_session"),
    path("account/sessions/everywhere/", own_sessions.end_everywhere, name="end_everywhere"),
    path("access/", access.access, name="access"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export.<str:form>", audit.export, name="audit_export"),
    path("account/tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("service-tokens/", services.service_tokens, name="service_tokens"),
    path("service-tokens/<int:pk>/revoke/", services.revoke, name="revoke_service_token"),
]
