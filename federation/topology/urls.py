"""Addresses of the tabs Sites, Pools and Domains."""

from __future__ import annotations

from django.urls import path

from federation.topology import domain_views, views

app_name = "topology"
urlpatterns = [
    path("sites/", views.site_list, name="sites-list"),
    path("sites/<int:pk>/", views.site_details, name="sites-details"),
    path("sites/new/", views.new_site, name="sites-new"),
    path("sites/open/", views.open_site, name="sites-open"),
    path("sites/delete/", views.delete_sites, name="sites-delete"),
    path("sites/suggest/", views.suggest_sites, name="sites-suggest"),
    path("pools/", views.pool_list, name="pools-list"),
    path("pools/<int:pk>/", views.pool_details, name="pools-details"),
    path("pools/new/", views.new_pool, name="pools-new"),
    path("pools/open/", views.open_pool, name="pools-open"),
    path("pools/delete/", views.delete_pools, name="pools-delete"),
    path("domains/", domain_views.domain_list, name="domains-list"),
    path("domains/<int:pk>/", domain_views.domain_details, name="domains-details"),
    path("domains/new/", domain_views.new_domain, name="domains-new"),
    path("domains/open/", domain_views.open_domain, name="domains-open"),
    path("domains/delete/", domain_views.delete_domains, name="domains-delete"),
]
