"""Run a program from a small process, and leave its peak memory in a file: ``launch.py FILE PROGRAM [ARGUMENT]...``.

Linux counts what the starting process had in memory as the started one's own, and the benchmark has more than curl.
Of a pipeline it is the largest process that counts.
"""

import os
import sys

target, *argv = sys.argv[1:]
pid = os.posix_spawnp(argv[0], argv, os.environ)
_, status, usage = os.wait4(pid, 0)
with open(target, "w") as file:
    file.write(f"{usage.ru_maxrss}\n")
os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
