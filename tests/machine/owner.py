"""An owner to be killed: boots the image of a behaviour, prints the VMM's pid once the machine has written, and waits
for its end.
"""

import sys

from tests.machine.images import guest
from unikernel.machine.sync import boot

machine = boot(guest(sys.argv[1]), name=sys.argv[2] if len(sys.argv) > 2 else None)
machine.console.expect("up")
print(machine.pid, flush=True)
run = machine.wait()
print(run.status, run.ended_by, flush=True)
