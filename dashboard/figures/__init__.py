"""Charts: pure functions from values to plain plotly dictionaries.

Figures carry no colours of text, grid or background: assets/css/70-plotly.css paints those from the Mantine
variables, so that switching between light and dark redraws nothing. All traces are SVG.
"""
