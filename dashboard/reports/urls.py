from django.urls import path

from dashboard.reports import views

app_name = "reports"
urlpatterns = [
    # /reports/week/
    path("week/", views.this_week, name="this_week"),
    path("week/<str:name>.csv", views.export, name="export"),
    path("week/<str:name>/", views.week, name="week"),
]
