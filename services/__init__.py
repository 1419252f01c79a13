"""The services. This file is the first of ours that a function runs."""

import gc

# A start makes some 80,000 objects, and nearly all stay: looking through them for garbage a hundred times is a tenth of
# its work.
gc.set_threshold(200_000, 10, 10)
