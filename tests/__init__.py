"""The tests: a package, so that its own parts (oracle, strategies, benchmark) import each other by name."""
