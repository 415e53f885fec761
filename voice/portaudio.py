"""PortAudio is made for one thread at a time, and we use it from two.

Microphone and loudspeaker each have a thread that opens its own stream. Where both come back at
once, they would open them at once.
"""

from __future__ import annotations

import threading

ONE_AT_A_TIME = threading.RLock()
"""Held by whoever opens and starts a stream. Not while one is closed: a device that was torn out
may never let go, and nobody else shall wait for it."""
