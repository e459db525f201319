"""The public classes: pandas to arrays and back, search, Prophet, project files."""
