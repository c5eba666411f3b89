"""The addresses of the bare views."""

from django.urls import path

from tests.bench.bare import views

urlpatterns = [
    path("health/", views.health),
    path("done/", views.health, name="done"),
    path("times/", views.times),
    path("insert/<int:like>/", views.insert),
]
