"""Jobs beyond one machine: Celery brings them to workers, Redis keeps what all replicas have to know of them."""
