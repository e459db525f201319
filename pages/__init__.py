"""The dashboard's pages, one file each, in the order of work."""
