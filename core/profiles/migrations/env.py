"""What Alembic runs: the steps, on the connection that it is handed."""

from alembic import context

from core.profiles.tables import METADATA

connection = context.config.attributes["connection"]
# SQLite alters a table by making it anew.
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
