"""What a repository builds: its Dockerfiles, and the compose and bake files that say how."""
