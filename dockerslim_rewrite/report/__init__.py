"""What the user reads: report, diff, JSON."""
