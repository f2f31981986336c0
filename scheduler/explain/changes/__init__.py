"""The least that would have to change for a short patient: cheapest first, each proved."""
