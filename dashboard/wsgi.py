"""What gunicorn serves: `gunicorn -c gunicorn.conf.py dashboard.wsgi:server`."""

import sys

from core.errors import CineMatchError
from core.service import await_first_models
from core.settings import load_settings
from dashboard.app import create_app

__all__ = ["app", "server"]

try:
    settings = load_settings()
    await_first_models(settings)
    app = create_app(settings)
except CineMatchError as error:
    # A configuration or data fault is the operator's to mend: the message says how, a traceback would hide it.
    sys.exit(f"CineMatch cannot start. {error}")
except KeyboardInterrupt:
    sys.exit("Stopped before there was something to serve; what was learned stays.")

server = app.server
