"""What gunicorn serves: `gunicorn -c gunicorn.conf.py dashboard.wsgi:server`."""

import sys
from functools import partial

from core.errors import CineMatchError
from core.service import CineMatch, await_first_models
from core.settings import Settings, load_settings
from dashboard.app import create_app

__all__ = ["app", "server"]


def _ready(settings: Settings, service: CineMatch) -> None:
    """Wait for what a training beside this process learns first, and take it up."""
    await_first_models(settings)
    service.refresh(verify=False)


try:
    settings = load_settings()
    app = create_app(settings, ready=partial(_ready, settings))
except CineMatchError as error:
    # A configuration or data fault is the operator's to mend: the message says how, a traceback would hide it.
    sys.exit(f"CineMatch cannot start. {error}")
except KeyboardInterrupt:
    sys.exit("Stopped before there was something to serve; what was learned stays.")

server = app.server
