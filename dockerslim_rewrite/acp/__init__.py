"""An agent for the Agent Client Protocol that knows one thing: how to split a Dockerfile. No model is behind it."""
