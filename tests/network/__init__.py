"""A host of ours on a private network, for the tests of what a machine does on one."""
