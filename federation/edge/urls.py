"""Addresses of the tabs Access Edge Configuration and XMPP Gateway Configuration."""

from __future__ import annotations

from django.urls import path

from federation.edge import views

app_name = "edge"
urlpatterns = [
    path("access/", views.access_list, name="access-list"),
    path("access/<int:pk>/", views.access_details, name="access-details"),
    path("access/open/", views.open_access, name="access-open"),
    path("access/effect/", views.access_effect, name="access-effect"),
    path("xmpp/", views.xmpp_list, name="xmpp-list"),
    path("xmpp/<int:pk>/", views.xmpp_details, name="xmpp-details"),
    path("xmpp/open/", views.open_xmpp, name="xmpp-open"),
    path("xmpp/secret/", views.replace_secret, name="xmpp-secret"),
]
