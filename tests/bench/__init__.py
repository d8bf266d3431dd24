"""The bench: every figure that has a goal, measured by a program."""
