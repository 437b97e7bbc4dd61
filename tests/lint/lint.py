#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lint.py <root> <rule>: prints the complaints of a rule of rules.py; exit status 1 if there are any."""
import pathlib
import sys

import rules


def main(root, name):
    rule = {rule.__name__: rule for rule in rules.RULES}[name]
    complaints = list(rule(pathlib.Path(root).resolve()))
    print("\n".join(complaints) or f"{name}: nothing to complain about")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
