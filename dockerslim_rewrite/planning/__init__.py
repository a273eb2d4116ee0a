"""From findings to a RewritePlan: what each stage holds, with a decision for each line."""
