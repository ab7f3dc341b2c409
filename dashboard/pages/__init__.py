"""Layouts, one file per page: pure functions of the service and the address."""
