"""One module or folder for each command of the program. cli.py reads the arguments, these do the work."""
