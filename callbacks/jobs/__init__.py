"""What background jobs are made of: processes, records on disk, slots, stored results."""
