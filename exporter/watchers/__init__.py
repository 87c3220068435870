"""What runs all the time, because what happens between two scrapes must not be lost."""
