"""What all tests share: the profiles of hypothesis, and the plugins of this suite."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "pytester",
    "tests.emptying",
    "tests.lighter",
    "tests.looks",
    "tests.needs",
    "tests.proofs",
    "tests.ready_database",
]

# The same examples on every machine, and no clock: a test of this suite never fails by chance.
settings.register_profile(
    "suite", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
# Fresh examples and many of them: HYPOTHESIS_PROFILE=search, by hand.
settings.register_profile("search", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
