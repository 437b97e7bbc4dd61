#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes tables.cpp beside it from Python's unicodedata: what canonical composition needs.

Characters that have a composition never change it (Unicode's stability policy), so a newer table only
knows more of them.
    python3 make_tables.py && clang-format -i tables.cpp
"""

import pathlib
import sys
import unicodedata

HEAD = f"""// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Canonical decompositions and combining classes of Unicode {unicodedata.unidata_version}, by make_tables.py.
#include "tokenizer/nfc/tables.hpp"

namespace tenon::samples {{
// clang-format off
"""


def characters():
    return (chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000)


def rows(name, values):
    """Lines of at most 120 columns: numbers in hexadecimal, as short as they can be."""
    lines, line = [f"const std::uint32_t {name}[] = {{"], ""
    for value in values:
        text = ",".join(f"0x{number:x}" if number > 9 else str(number) for number in value) + ","
        if len(line) + len(text) > 120:
            lines.append(line)
            line = ""
        line += text
    return "\n".join([*lines, line, "};", f"const std::size_t {name}_size = std::size({name});", ""])


def main():
    decompositions, classes = [], []
    for character in characters():
        parts = unicodedata.decomposition(character)
        if parts and not parts.startswith("<"):
            numbers = [int(part, 16) for part in parts.split()]
            composes = len(numbers) == 2 and unicodedata.normalize("NFC", "".join(map(chr, numbers))) == character
            decompositions.append((ord(character), numbers[0], *(numbers[1:] or [0]), int(composes)))
        rank = unicodedata.combining(character)
        if rank and classes and classes[-1][1] == ord(character) - 1 and classes[-1][2] == rank:
            classes[-1] = (classes[-1][0], ord(character), rank)
        elif rank:
            classes.append((ord(character), ord(character), rank))
    text = HEAD + rows("canonical_decompositions", decompositions) + "\n" + rows("combining_classes", classes)
    path = pathlib.Path(__file__).resolve().parent / "tables.cpp"
    path.write_text(text + "// clang-format on\n}  // namespace tenon::samples\n", encoding="ascii")
    print(f"{len(decompositions)} decompositions, {len(classes)} ranges of combining classes")


if __name__ == "__main__":
    main()
