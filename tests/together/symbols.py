#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""symbols.py <nm> <shared library> <shared library>: they offer no symbol of Tenon in common.

What one offers under a name, the other is given too; of the C interface they offer nothing at all.
"""
import subprocess
import sys


def offered(nm, path):
    lines = subprocess.run([nm, "--dynamic", "--defined-only", path], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.splitlines()
    names = {line.split()[-1] for line in lines}
    if wrong := sorted(name for name in names
                       if name.startswith("tenon_") and not name.startswith("tenon_model_")):
        sys.exit(f"{path} offers {wrong}")
    # Of the namespaces, as they are mangled; what std makes of C's structs is the same in both.
    own = {name for name in names if "5tenon7runtime" in name or "toy" in name}
    if len(own) < 20:
        sys.exit(f"{path} offers {sorted(own)}: inline functions were to be among them")
    return own


if __name__ == "__main__":
    if both := offered(*sys.argv[1:3]) & offered(sys.argv[1], sys.argv[3]):
        sys.exit(f"both libraries offer {sorted(both)}")
    print("nothing in common")
