"""Runs the migrations on the connection that `api.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from api.store.models import Table

connection = context.config.attributes["connection"]
sqlite = connection.dialect.name == "sqlite"
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=True,  # SQLite can do it too, once the driver leaves BEGIN to us
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
