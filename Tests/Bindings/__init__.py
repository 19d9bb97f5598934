"""The bindings and the tool, over a built library: see conftest.py."""
