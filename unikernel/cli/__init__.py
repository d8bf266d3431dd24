"""The command ``unikernel``: one verb a file. Results go to standard output, messages to standard error."""
