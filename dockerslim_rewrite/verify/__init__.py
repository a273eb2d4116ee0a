"""Proof: builds the original and the rewrite with the user's engine, runs both and compares."""
