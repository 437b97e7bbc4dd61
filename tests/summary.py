#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sums up ctest's JUnit reports: failures, skips with their reasons, and a last line of counts.

Exit status 1 where a test failed, could not run, or none passed.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

REASON = re.compile(r"^.*(?:SKIPPED|UNSUPPORTED|\[skipped\]|skipped).*$", re.MULTILINE)


def read(path):
    """Yields (name, "passed" | "failed" | "skipped", reason) of each test of a report."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name, status = case.get("name"), case.get("status")
        output = case.findtext("system-out") or ""
        skipped = case.find("skipped")
        # ctest also calls tests skipped that it could not start: those are failures.
        if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
            reason = REASON.search(output)
            yield name, "skipped", reason.group(0).strip() if reason else "it does not say why"
        elif status == "run":
            yield name, "passed", ""
        else:
            failure = case.find("failure")
            why = failure if failure is not None else skipped
            yield name, "failed", why.get("message", status) if why is not None else status


def main(paths):
    results = [(path, *result) for path in paths for result in read(path)]
    count = {kind: 0 for kind in ("passed", "failed", "skipped")}
    for _, _, kind, _ in results:
        count[kind] += 1
    for kind in ("skipped", "failed"):
        for path, name, found, reason in results:
            if found == kind:
                build = re.sub(r".*/|\.xml$", "", path)
                print(f"{kind}: {name} ({build}): {reason}")
    skips = f", {count['skipped']} skipped" if count["skipped"] else ""
    print(f"{count['passed']} passed, {count['failed']} failed{skips}")
    return 0 if count["passed"] > 0 and count["failed"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
