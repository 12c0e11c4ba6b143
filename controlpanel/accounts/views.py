"""Sign-in, sign-out, password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from controlpanel.accounts import services
from controlpanel.audit.actor import Actor

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from controlpanel.shell.http import PanelRequest


class SignIn(LoginView):
    """The sign-in page; who is signed in goes on to where they were going."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """What ``next`` names, unless that is this page itself."""
        wanted = super().get_success_url()
        return self.get_default_redirect_url() if urlsplit(wanted).path == self.request.path else wanted


@sensitive_post_parameters()
def password(request: PanelRequest) -> HttpResponse:
    """Change one's own password; other sessions of the account end."""
    form = PasswordChangeForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        account = request.user
        services.set_password(account, form.cleaned_data["new_password1"], actor=Actor.of(request))
        update_session_auth_hash(request, account)
        messages.success(request, _("Your password was changed. You are signed out everywhere else."))
        return redirect("home")
    return render(
        request,
        "accounts/password_change.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


def locked_out(
    request: HttpRequest, credentials: dict[str, Any], *_args: Any, **_kwargs: Any
) -> HttpResponse:
    """What a person sees whose account is locked after repeated failures."""
    form = AuthenticationForm(request)
    return render(request, "accounts/login.html", {"form": form, "locked": True}, status=429)
