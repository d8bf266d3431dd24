"""What holds for every test."""

import signal

# A shell starts what runs in the background with Ctrl-C ignored, nohup with the end of the terminal, and so would be every
# process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
