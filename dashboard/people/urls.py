from django.urls import path

from dashboard.people import access, audit, views
from dashboard.people.oidc import views as oidc

app_name = "people"
urlpatterns = [
    # /
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-in/link/<str:secret>/", views.link, name="link"),
    path("sign-out/", oidc.sign_out, name="sign_out"),
    # /account/
    path("account/", views.account, name="account"),
    path("account/session/", views.session, name="session"),
    path("access/", access.access, name="access"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export.<str:form>", audit.export, name="audit_export"),
    path("account/tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
]
