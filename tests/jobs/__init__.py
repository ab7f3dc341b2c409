"""What every background manager is held to, wherever it has jobs done."""
