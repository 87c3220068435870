"""HAProxy's own names: which field of its answers becomes which series, with unit and HELP (pure)."""
