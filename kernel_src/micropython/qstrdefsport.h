// Names that no source file of the port mentions.
