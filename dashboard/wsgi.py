"""What gunicorn serves: `gunicorn -c gunicorn.conf.py dashboard.wsgi:server`."""

import sys

from core.errors import CineMatchError
from dashboard.app import create_app

__all__ = ["app", "server"]

try:
    app = create_app()
except CineMatchError as error:
    # A configuration or data fault is the operator's to mend: the message says how, a traceback would hide it.
    sys.exit(f"CineMatch cannot start. {error}")

server = app.server
