"""What allauth asks us of second factors: their secrets are kept encrypted."""

import base64
import os
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.contrib.auth.models import User

from dashboard.people.local import second_factor
from dashboard.people.secrets import box


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Of local accounts; who comes by a provider has theirs there."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Not for who comes by a provider, whatever was left here: a step between would lose what the provider said."""
        return bool(super().is_mfa_enabled(user, types)) and not second_factor.by_provider(user)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def encrypt(self, text: str) -> str:
        return box("pane.second-factor").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted; under another key of Pane's by now it is something that no code fits."""
        try:
            return box("pane.second-factor").decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(os.urandom(20)).decode()
