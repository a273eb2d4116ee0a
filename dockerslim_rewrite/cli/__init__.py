"""The two commands: `rewrite` and `dockerslim-rewrite`."""

import gc

from dockerslim_rewrite.cli.later import load_later

# Both before anything else is imported. A start makes many objects and little garbage: looking for it took a tenth.
gc.set_threshold(100_000)
load_later()
