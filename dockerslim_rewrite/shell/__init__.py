"""RUN, CMD and script text to commands with words, assignments, connectors and spans."""
