"""Running a command and knowing what it took."""

import os
import statistics
import subprocess
import time


class Run:
    """What one run of a command took: seconds on the wall, seconds of processor (its children with it), peak KiB."""

    def __init__(self, command, **options):
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        # The pipes hold far more than these commands print.
        _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.monotonic() - start
        self.processor = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss
        self.output = process.stdout.read().decode(errors="replace")
        self.errors = process.stderr.read().decode(errors="replace")
        process.stdout.close()
        process.stderr.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{command}: exit status {process.returncode}\n{self.output[-2000:]}{self.errors[-2000:]}")


def median(values):
    return statistics.median(values)
