"""The address that gateways ask."""

from __future__ import annotations

from django.urls import path

from federation.replication import views

app_name = "replication"
urlpatterns = [
    path("exchange", views.exchange_documents, name="exchange"),
    path("certificate", views.certificate, name="certificate"),
    path("dialback", views.dialback_secret, name="dialback"),
]
