"""Why care stays unmet, and the least that would have to change."""
