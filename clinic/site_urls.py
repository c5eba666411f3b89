"""Addresses of the clinic's own public pages."""

from django.urls import path, re_path

from clinic import gateway_hooks, health, site_views

urlpatterns = [
    path("", site_views.home, name="home"),
    path("team/", site_views.team, name="team"),
    path("costs/", site_views.costs, name="costs"),
    path("privacy/", site_views.privacy, name="privacy"),
    path("access/", site_views.accessibility, name="accessibility"),
    path("interpreter/", site_views.interpreter, name="interpreter"),
    path("interpreter/<uuid:uid>/", site_views.interpreter_asked, name="interpreter_asked"),
    path("hooks/text/<uuid:uid>/", gateway_hooks.delivered, name="text_delivered"),
    path("health/", health.page, name="health"),
    re_path(r"^look/([0-9a-f]{6})-([0-9a-f]{6})\.css$", site_views.look, name="look"),
    path("favicon.ico", site_views.favicon),
]
