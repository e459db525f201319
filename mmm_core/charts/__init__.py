"""Two steps per chart: points from entities, then a plotly figure from points."""
