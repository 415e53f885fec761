"""Shows a notice on the desktop, where there is one that shows notices."""

from __future__ import annotations

from jeepney import DBusAddress, MessageType, new_method_call  # type: ignore[import-untyped]
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

from voice.reminders.daemon import Notice

_ADDRESS = DBusAddress(
    "/org/freedesktop/Notifications",
    bus_name="org.freedesktop.Notifications",
    interface="org.freedesktop.Notifications",
)
PATIENCE = 2.0
"""Seconds to wait for the desktop."""
_STAYS = 0
"""Milliseconds until it goes away by itself; 0 is never."""
_CRITICAL = ("y", 2)


def show(notice: Notice) -> bool:
    """Show a notice until it is clicked away.

    Returns:
        False when no desktop shows notices here.
    """
    hints = {"urgency": _CRITICAL, "category": ("s", "im.reminder")}
    actions: list[str] = []
    body = ("unknot", 0, "", notice.title, notice.body, actions, hints, _STAYS)
    try:
        with open_dbus_connection(bus="SESSION") as connection:
            call = new_method_call(_ADDRESS, "Notify", "susssasa{sv}i", body)
            reply = connection.send_and_get_reply(call, timeout=PATIENCE)
    except Exception:
        # No session bus, nobody on it who shows notices, a bus that dies: all mean the same,
        # and the library raises a different class for each.
        return False
    return bool(reply.header.message_type == MessageType.method_return)
