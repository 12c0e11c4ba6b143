"""Addresses of the import of partners, a page of the tab XMPP Federated Partners."""

from __future__ import annotations

from django.urls import path

from federation.partnerfiles import views

app_name = "partnerfiles"
urlpatterns = [path("", views.import_partners, name="list")]
