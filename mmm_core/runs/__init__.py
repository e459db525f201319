"""The queue, the warm worker, progress, cancel and the cache of finished runs."""
