"""What people see, and the web server underneath."""
