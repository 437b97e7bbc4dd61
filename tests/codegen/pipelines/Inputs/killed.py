#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Stops tenonc at each point of writing a file, by each signal, and looks at what is there then.

  killed.py <stop_at.so> <folder> <file> <command...>

The command writes files into the folder, <file> first of all.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys

OLD = b"what was there"


def as_usual():
    """For a child: who runs tests in the background may ignore signals, and children inherit that."""
    for by in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(by, signal.SIG_DFL)


def main(stop_at, folder, first, *command):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run(command, check=True)
    new = (folder / first).read_bytes()
    complaints = []
    for by in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        for at in ("create", "half", "rename", "renamed"):
            shutil.rmtree(folder)
            folder.mkdir()
            (folder / first).write_bytes(OLD)
            done = subprocess.run(command, capture_output=True, check=False, preexec_fn=as_usual,
                                  env={**os.environ, "LD_PRELOAD": stop_at, "STOP_AT": at, "STOP_BY": str(int(by))})
            how = f"{by.name} at {at}"
            if done.returncode != -by:
                complaints.append(f"{how}: it ended by {done.returncode}, and not by the signal")
            # What cannot be caught leaves the unfinished file, under a name that nobody reads.
            left = {path.name for path in folder.rglob("*") if path.is_file()} - {first}
            if by == signal.SIGKILL:
                left = {name for name in left if ".tmp-" not in name}
            if left:
                complaints.append(f"{how} leaves {sorted(left)}")
            if (folder / first).read_bytes() != (new if at == "renamed" else OLD):
                complaints.append(f"{how}: {first} is not what it was")
    print("\n".join(complaints) or "whole, old or new")


if __name__ == "__main__":
    main(*sys.argv[1:])
