"""What every test runs under."""

from __future__ import annotations

import os

# Sources in the machine's own module cache would change what is known about a fixture's modules.
os.environ["GOMODCACHE"] = "/nonexistent/module-cache"
