"""The verbs of ``%unikernel``, one a file: ``arguments(parser)`` declares, ``run(session, options)`` does and shows."""
