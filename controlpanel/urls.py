"""Every address of the panel. Rooms bring their own; their place follows from navigation.py."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from controlpanel.metrics.views import metrics
from controlpanel.navigation import room_addresses
from controlpanel.shell.views import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="overview:list"), name="home"),
    *(path(address, include(f"{room}.urls")) for room, address in room_addresses().items()),
    path("account/", include("controlpanel.accounts.urls")),
    path("panel/", include("controlpanel.shell.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    # Django's own page would write past our services.
    path("admin/password_change/", RedirectView.as_view(pattern_name="accounts:password"), name="password"),
    path("admin/", admin.site.urls),
    path("healthz", health, name="health"),
    path("metrics", metrics, name="metrics"),
]

handler500 = "controlpanel.shell.views.failed"
