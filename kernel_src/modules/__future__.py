"""What later versions of Python do by themselves; the runtime does it already, or never reads an annotation."""

annotations = division = absolute_import = print_function = unicode_literals = generator_stop = with_statement = None
