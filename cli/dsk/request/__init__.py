"""Messages and options to a request body, and the curl command that sends it. Pure."""
