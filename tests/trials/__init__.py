"""What is proved and measured on the lab's cluster, one folder for each command of the Makefile."""
