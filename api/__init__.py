"""The service around the library: it imports `scheduler`, which never imports it back."""
