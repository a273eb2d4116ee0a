"""Go: what a stage builds, what the program needs at run time."""
