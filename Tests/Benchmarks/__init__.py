"""`make bench`: measured here, now, beside others doing the same; the figures go into docs/performance.md."""
