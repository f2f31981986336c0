"""Timetables as jobs: solver processes, and the engines that give them work.

Nothing here loads the solver into the service's own process; only its children do. The children import this
package too, so it imports nothing of the service itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.jobs.engine import Engine
    from api.settings import Settings
    from api.store.database import Sessions


def build_engine(settings: Settings, sessions: Sessions) -> Engine:
    """The engine that fits the database: embedded on SQLite, distributed on PostgreSQL."""
    if sessions.sqlite:
        from api.jobs.embedded import EmbeddedEngine

        return EmbeddedEngine(settings, sessions)
    from api.jobs.distributed import DistributedEngine

    return DistributedEngine(settings, sessions)
