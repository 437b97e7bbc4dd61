# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The code blocks of the project's pages, and which test each belongs to.

A block of C++, C, CMake or shell commands has a comment before it that a reader of the page does not see:

  <!-- test: tests/docs/contexts/training.cpp -->   a source; the block takes the place of its line "// the block"
  <!-- test: tests/downstream/install.py -->        a script that runs the block
  <!-- lines of: samples/gpt2/gpt2.model.cpp -->    the block's lines stand in that file, in this order
"""
import dataclasses
import pathlib
import re

TESTED = ("cpp", "c", "cmake", "sh")
FENCE = re.compile(r"```(\S*)$")
MARK = re.compile(r"<!-- (test|lines of): (\S+) -->$")


@dataclasses.dataclass
class Block:
    page: pathlib.Path
    line: int  # of its first line of code
    language: str
    kind: str  # "test", "lines of", or "" where there is no mark
    file: str
    code: list

    def __str__(self):
        return f"{self.page}:{self.line}"


def blocks_of(page, root):
    """The blocks of a page that name a language; those without are output, or commands to be read."""
    found, block = [], None
    before = ""
    for number, line in enumerate((root / page).read_text(encoding="utf-8").splitlines(), 1):
        if block is not None:
            if line == "```":
                found.append(block)
                block = None
            else:
                block.code.append(line)
        elif fence := FENCE.match(line):
            mark = MARK.match(before)
            block = Block(page, number + 1, fence[1], *(mark.groups() if mark else ("", "")), [])
        before = line
    return [block for block in found if block.language]


def all_blocks(root):
    for path in sorted(root.rglob("*.md")):
        page = path.relative_to(root)
        if not page.parts[0].startswith(("build", ".")):
            yield from blocks_of(page, root)


def block_for(script):
    """The lines of the one block that a script of the tests runs."""
    root = pathlib.Path(__file__).resolve().parents[2]
    name = str(pathlib.Path(script).resolve().relative_to(root))
    found = [block for block in all_blocks(root) if (block.kind, block.file) == ("test", name)]
    if len(found) != 1:
        raise SystemExit(f"{len(found)} blocks of the pages are marked <!-- test: {name} -->; mark one")
    return found[0].code


def commands(lines, replacements):
    """Shell lines as lists of words, without comments, with the paths of a test in place of the page's."""
    text = "\n".join(line.split("#")[0] for line in lines).replace("\\\n", " ")
    for old, new in replacements.items():
        if not re.search(rf"(?<=[ =]){re.escape(old)}(?!\S)", text):
            raise SystemExit(f"no line of the page has {old}: {text}")
        text = re.sub(rf"(?<=[ =]){re.escape(old)}(?!\S)", lambda _: str(new), text)
    return [line.split() for line in text.splitlines() if line.strip()]
