"""The ldap room."""

from __future__ import annotations

from django.apps import AppConfig


class LdapConfig(AppConfig):
    """One command; it has no tables and no pages."""

    name = "federation.ldap"
