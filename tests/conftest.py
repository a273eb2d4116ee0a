"""What every test runs under."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Sources in the machine's own module cache would change what is known about a fixture's modules.
os.environ["GOMODCACHE"] = "/nonexistent/module-cache"

# A loaded machine is no finding; in CI the same examples run each time.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
