"""The site for a WSGI server: ``gunicorn wsgi:app``. Settings come from the environment (see marketplace/config.py)."""

import os

from marketplace.app import create_app
from marketplace.config import Config

app = create_app(Config.from_environment(os.environ))
