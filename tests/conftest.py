"""What every test runs under."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# Sources in the machine's own module cache would change what is known about a fixture's modules.
os.environ["GOMODCACHE"] = "/nonexistent/module-cache"

# A loaded machine is no finding; in CI the same examples run each time.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
# A mutant only has to fail: what the smallest example is does not matter.
settings.register_profile("mutation", parent=settings.get_profile("ci"), phases=[Phase.generate], database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local"))
