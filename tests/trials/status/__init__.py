"""`make status-pictures`: the status page of each story in a real browser, as pictures.

browser   Chromium without a screen, spoken to by its DevTools protocol
shots     which pages are opened, how wide, dark or light, and what must hold of each
cli       the command
"""
