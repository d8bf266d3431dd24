// Names that no source file of the port mentions.
// What main.mpy calls itself: known at build, so that its loader need not make it.
Q(main.py)
