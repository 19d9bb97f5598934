"""Long runs that no test waits for: `make soak`."""
