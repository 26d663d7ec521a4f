from django.urls import path

from regions.metrics.pages import views

app_name = "metrics"
urlpatterns = [
    # /metrics/
    path("metrics/", views.index, name="index"),
    path("metrics/alerts/", views.alert_list, name="alerts"),
    path("metrics/cost/", views.cost_page, name="cost"),
    path("metrics/onboarding/", views.onboarding, name="onboarding"),
    path("metrics/figures/<str:key>/", views.figure, name="figure"),
    path("metrics/chart/", views.chart, name="chart"),
    path("metrics/chart.csv", views.chart_data, {"ending": "csv"}, name="chart_csv"),
    path("metrics/chart.json", views.chart_data, {"ending": "json"}, name="chart_json"),
    path("metrics/export/<str:name>.<str:ending>", views.export, name="export"),
    # /regions/<name>/metrics/
    path("regions/<str:name>/metrics/", views.region, name="region"),
]
