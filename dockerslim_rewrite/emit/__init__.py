"""The plan as text. Jinja decides the layout and nothing else."""
