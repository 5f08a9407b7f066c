"""Addresses of the machinery: connections, activity, callbacks, figures."""

from django.urls import path

from dashboard.sync.views import (
    activity,
    approvals,
    callbacks,
    commands,
    connections,
    incoming,
    managing,
    metrics,
    pictures,
)

app_name = "sync"

urlpatterns = [
    path("callbacks/<str:key>/<str:event>", callbacks.callback, name="callback"),
    path("metrics", metrics.metrics, name="metrics"),
    path("pictures/<slug:size>", pictures.picture, name="picture"),
    # connections
    path("connections/", connections.connections, name="connections"),
    path("connections/add/", managing.add, name="connection_add"),
    path("connections/<slug:slug>/", connections.connection, name="connection"),
    path("connections/<slug:slug>/conformance/", connections.sheet, name="connection_sheet"),
    path("connections/<slug:slug>/feeds/", connections.feeds, name="connection_feeds"),
    path("connections/<slug:slug>/routes/", connections.routes, name="connection_routes"),
    path("connections/<slug:slug>/callbacks/", connections.connection_callbacks, name="connection_callbacks"),
    path("connections/<slug:slug>/exchanges/", connections.exchanges, name="connection_exchanges"),
    path("connections/<slug:slug>/settings/", managing.settings, name="connection_settings"),
    path("connections/<slug:slug>/check/", managing.check, name="connection_check"),
    path("connections/<slug:slug>/refresh/", managing.refresh, name="connection_refresh"),
    path("connections/<slug:slug>/pause/", managing.pause, name="connection_pause"),
    path("connections/<slug:slug>/enable/", managing.enable, name="connection_enable"),
    path("connections/<slug:slug>/disable/", managing.disable, name="connection_disable"),
    path("connections/<slug:slug>/remove/", managing.remove, name="connection_remove"),
    path("connections/<slug:slug>/routes/confirm/", managing.confirm_route, name="route_confirm"),
    path("connections/<slug:slug>/routes/bend/", managing.bend_route, name="route_bend"),
    path("connections/<slug:slug>/secrets/add/", managing.add_secret, name="secret_add"),
    path("connections/<slug:slug>/secrets/forget/", managing.forget_secret, name="secret_forget"),
    # activity
    path("activity/", activity.part, {"name": "commands"}, name="activity"),
    path("activity/fresh/<slug:name>/", activity.fresh, name="activity_fresh"),
    path("activity/commands/<int:pk>/", commands.command, name="command"),
    path("activity/commands/<int:pk>/row/", commands.command_row, name="command_row"),
    path("activity/commands/<int:pk>/prove/", commands.prove, name="command_prove"),
    path("activity/commands/<int:pk>/settle/", commands.settle, name="command_settle"),
    path("activity/commands/<int:pk>/retry/", commands.again, name="command_retry"),
    path("activity/approvals/", activity.part, {"name": "approvals"}, name="approvals"),
    path("activity/approvals/<int:pk>/", approvals.approval, name="approval"),
    path("activity/approvals/<int:pk>/approve/", approvals.approve, name="approval_approve"),
    path("activity/approvals/<int:pk>/decline/", approvals.decline, name="approval_decline"),
    path("activity/batches/", activity.part, {"name": "batches"}, name="batches"),
    path("activity/batches/<int:pk>/", commands.batch, name="batch"),
    path("activity/batches/<int:pk>/retry/", commands.batch_again, name="batch_retry"),
    path("activity/runs/", activity.part, {"name": "runs"}, name="runs"),
    path("activity/runs/<int:pk>/", activity.run, name="run"),
    path("activity/exchanges/", activity.part, {"name": "all-exchanges"}, name="exchanges"),
    path("activity/exchanges/<int:pk>/", activity.exchange, name="exchange"),
    path("activity/callbacks/", activity.part, {"name": "callbacks"}, name="callbacks"),
    path("activity/callbacks/<int:pk>/", incoming.callback_page, name="callback_page"),
    path("activity/callbacks/<int:pk>/replay/", incoming.replay_callback, name="callback_replay"),
    path("activity/quarantine/", activity.part, {"name": "quarantine"}, name="quarantine"),
    path("activity/quarantine/<int:pk>/", incoming.quarantined, name="quarantined"),
    path("activity/quarantine/<int:pk>/replay/", incoming.replay_quarantined, name="quarantine_replay"),
    path("activity/quarantine/<int:pk>/dismiss/", incoming.dismiss, name="quarantine_dismiss"),
]
