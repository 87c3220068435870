"""What HAProxy answers, one module for each question (pure)."""
