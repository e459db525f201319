"""What every page uses: session keys, loaders, guards, widgets and the error boundary."""
