"""Called as allauth calls them, and only those that Pane offers."""

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from dashboard.people.local import views

_index = RedirectView.as_view(pattern_name="mfa_index")
_sign_in = login_not_required(RedirectView.as_view(pattern_name="people:sign_in", query_string=True))

urlpatterns = [
    path("sign-in/local/", _sign_in, name="account_login"),
    path("sign-in/second-factor/", AuthenticateView.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", views.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-in/again/", ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("account/password/", PasswordChangeView.as_view(), name="account_change_password"),
    path("account/password/first/", views.FirstPassword.as_view(), name="account_set_password"),
    path("account/second-factor/", views.SecondFactor.as_view(), name="mfa_index"),
    path("account/second-factor/app/", ActivateTOTPView.as_view(), name="mfa_activate_totp"),
    path("account/second-factor/app/remove/", DeactivateTOTPView.as_view(), name="mfa_deactivate_totp"),
    path("account/second-factor/codes/", ViewRecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new/", GenerateRecoveryCodesView.as_view(), name="mfa_generate_recovery_codes"),
    path("account/second-factor/passkeys/", _index, name="mfa_list_webauthn"),
    path("account/second-factor/passkeys/new/", AddWebAuthnView.as_view(), name="mfa_add_webauthn"),
    path("account/second-factor/passkeys/<int:pk>/remove/", RemoveWebAuthnView.as_view(), name="mfa_remove_webauthn"),
]
