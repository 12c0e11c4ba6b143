"""Sign-in, sign-out, password."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from controlpanel.accounts import refusals, services
from controlpanel.accounts.forms import OwnPasswordForm, SignInForm
from controlpanel.accounts.services.counters import LockedOut
from controlpanel.audit.actor import Actor

if TYPE_CHECKING:
    from django.http import HttpResponse

    from controlpanel.shell.http import PanelRequest


class SignIn(LoginView):
    """The sign-in page; who is signed in goes on to where they were going."""

    authentication_form = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """What ``next`` names, unless that is this page itself."""
        wanted = super().get_success_url()
        return self.get_default_redirect_url() if urlsplit(wanted).path == self.request.path else wanted


@sensitive_post_parameters()
def password(request: PanelRequest) -> HttpResponse:
    """Change one's own password; other sessions of the account end.

    While the present one is not tried, because it was wrong too often, the page says so.
    """
    form = OwnPasswordForm(request)
    try:
        form.is_valid()
    except LockedOut as refusal:
        if not request.user.is_authenticated:
            raise  # this was the last guess, and the session has ended
        form.add_error(None, refusals.sentence(refusal))
        page = render(request, "accounts/password_change.html", {"form": form}, status=429)
        return refusals.after_lock_out(page, refusal)
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
