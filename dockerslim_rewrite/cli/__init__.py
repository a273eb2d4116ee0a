"""The two commands: `rewrite` and `dockerslim-rewrite`."""

import gc

# Set before anything is imported: a start makes many objects and little garbage, and looking for it took a tenth of it.
gc.set_threshold(100_000)
