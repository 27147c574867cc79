"""What tests stand on: databases, the app, a browser, server processes. Offered as fixtures by tests/conftest.py."""
