"""The forms that ask for a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.core.exceptions import ValidationError
from django.forms import TextInput

from controlpanel.accounts import passwords

if TYPE_CHECKING:
    from controlpanel.shell.http import PanelRequest


class NameField(UsernameField):
    """A name as it is typed. One that cannot exist is looked for like others, and takes as long."""

    def to_python(self, value: Any) -> Any:
        """With a mark in the place of what no name may hold."""
        return super().to_python(value.replace("\x00", "\ufffd") if isinstance(value, str) else value)


class SignInForm(AuthenticationForm):
    """The panel's."""

    username = NameField(widget=TextInput(attrs={"autofocus": True}))


class DeskSignInForm(AdminAuthenticationForm):
    """The support desk's."""

    username = NameField(widget=TextInput(attrs={"autofocus": True}))


class OwnPasswordForm(PasswordChangeForm):
    """One's own password; guesses at the present one count as failed sign-ins."""

    def __init__(self, request: PanelRequest) -> None:
        self._request = request
        super().__init__(request.user, request.POST if request.method == "POST" else None)

    def clean_old_password(self) -> str:
        """The present password. Raises LockedOut."""
        given = str(self.cleaned_data["old_password"])
        if not passwords.confirm(self._request, given):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return given
