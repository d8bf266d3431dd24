"""What a person sees and touches in a cell: the terminal and the composer."""
