"""What may have been missed: connections are watched, and threads are read again after a gap."""
