"""Files and news that go between the service and other programs: imports, calendar feeds, webhooks, FHIR.

Files are read in a solver process, which has limits of memory and time: whatever somebody sends, the service
itself goes on.
"""
