"""What a nic is plugged into, how it is reached, and what goes through it."""
