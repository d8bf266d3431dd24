"""The user's side in a notebook: magics, the terminal in the cell, the composer. Nothing is loaded before it is
used.
"""
