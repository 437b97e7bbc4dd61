# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The conventions that a script can check: each rule yields complaints "file:line: what, and what to do".

A rule is a function of the tree's root; `RULES` at the end names them for lint.py.
"""
import re

SOURCES = (".cpp", ".c", ".h", ".hpp", ".td", ".py")
CODE = (".cpp", ".c", ".h", ".hpp")


def files(root, *suffixes):
    """The project's files with one of the suffixes, sorted; build folders and goldens are left out."""
    for path in sorted(root.rglob("*")):
        top = path.relative_to(root).parts[0]
        if path.is_file() and path.name.endswith(suffixes):
            if not (top.startswith(("build", ".")) or "goldens" in path.parts):
                yield path


def lines(path):
    return enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


# What each top folder may include, as beginnings of include paths; anything else with a slash or from
# another folder is a dependency in the wrong direction.
STANDARD = re.compile(r"^[a-z_0-9]+$|^(std[a-z]+|math|string|time|ctype|errno|limits|assert)\.h$")
SYSTEM = re.compile(r"^(sys/|linux/|unistd\.h|fcntl\.h|dlfcn\.h|pthread\.h|sched\.h|cpuid\.h|"
                    r"immintrin\.h|signal\.h|dirent\.h|poll\.h)")
ALLOWED = {
    "dsl": [STANDARD, re.compile(r"^tenon/(?!runtime/)")],
    "runtime": [STANDARD, SYSTEM, re.compile(r"^tenon/runtime/")],
    "codegen": [STANDARD, re.compile(r"^(mlir|llvm|lld)/|^fmt/|^CLI/"),
                re.compile(r"^tenon/graph/format\.hpp$|^tenon/runtime/abi\.h$")],
    "samples": [STANDARD, SYSTEM, re.compile(r"^tenon/|^fmt/|^CLI/|^nlohmann/|^pcre2\.h$|^utf8proc\.h$")],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def include_directions(root):
    """dsl and runtime know nothing of each other nor of codegen; codegen knows two contract headers."""
    for folder, allowed in ALLOWED.items():
        own = {path.name for path in files(root / folder, *CODE, ".inc")} if (root / folder).exists() else set()
        for path in files(root, *CODE):
            if path.relative_to(root).parts[0] != folder:
                continue
            if "cmake" in path.parts:  # the check program is an application: runtime's headers
                continue
            for number, line in lines(path):
                found = INCLUDE.match(line)
                if not found:
                    continue
                kind, name = found.groups()
                generated = name.endswith((".inc", ".tenon.h"))
                if kind == '"' and (name.split("/")[-1] in own or generated):
                    continue
                if not any(pattern.match(name) for pattern in allowed):
                    yield (f"{path.relative_to(root)}:{number}: {folder} may not include {name}; "
                           f"see the dependency rule in README.md")


# Folders that are cut into layers: what each subfolder may include from the others. All may include what
# lies in the folder itself, and that nothing of the subfolders. A header of another subfolder is named by
# its path from the folder.
LAYERS = {
    "runtime/src": {
        "threads": (), "model": (), "files": (),
        "weights": ("threads", "model", "files"),
        "session": ("threads", "model", "weights"),
        "device": ("threads", "model", "weights"),
        "vulkan": ("device",), "cuda": ("device",),
    },
    "codegen/emit": {
        "kernel": (),
        "memory": ("kernel",),
        "rows": ("kernel", "memory"),
        "products": ("kernel", "memory", "rows"),
        "attention": ("kernel", "memory", "rows", "products"),
        "parameters": ("kernel", "memory"),
        "program": ("kernel", "memory", "rows", "products", "attention", "parameters"),
        "gpu": ("kernel", "rows", "program"),
    },
}


def layers(root):
    """Includes between the subfolders of a folder go in one direction, and every subfolder has its place."""
    for folder, allowed in LAYERS.items():
        for path in files(root / folder, *CODE) if (root / folder).exists() else ():
            parts = path.relative_to(root / folder).parts
            own = parts[0] if len(parts) > 1 else ""
            where = path.relative_to(root)
            if own and own not in allowed:
                yield f"{where}:1: {folder}/{own} has no place in LAYERS of rules.py; say what it may include"
                continue
            for number, line in lines(path):
                found = INCLUDE.match(line)
                if not found or found.group(1) != '"' or (path.parent / found.group(2)).exists():
                    continue
                other = found.group(2).split("/")[0]
                if other == ".." or other in allowed and other not in allowed.get(own, ()):
                    yield (f"{where}:{number}: {folder}/{own or '*'} may not include {found.group(2)}; "
                           f"see LAYERS in rules.py")


def crowded(root):
    """Nobody finds his way in a folder of more than 40 files; cases of one harness are a list, not places."""
    count = {}
    for path in files(root, *SOURCES):
        if "cases" not in path.parts:
            count[path.parent] = count.get(path.parent, 0) + 1
    for folder, number in sorted(count.items()):
        if number > 40:
            yield (f"{folder.relative_to(root)}:1: {number} files; split it by ideas (at most 40, better 25)")


def file_length(root):
    """A file of more than 500 lines holds two ideas."""
    for path in files(root, *SOURCES, ".cmake", "CMakeLists.txt"):
        count = sum(1 for _ in lines(path))
        if count > 500:
            yield f"{path.relative_to(root)}:501: {count} lines; split it (at most 500, better 250)"


LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
LICENSED = (*SOURCES, ".cmake", "CMakeLists.txt", ".cpp.in", ".mlir.in", ".py.in", ".cmake.in", ".sh")


def scripts(root):
    """Programs without a suffix, those of .ci among them."""
    for path in sorted(root.rglob("*")):
        hidden = path.relative_to(root).parts[0].startswith(("build", ".git"))
        if path.suffix == "" and not hidden and path.is_file() and path.read_bytes()[:2] == b"#!":
            yield path


def licence(root):
    """Every source names its licence in the first line, or in the second of a script."""
    for path in [*files(root, *LICENSED), *files(root / ".ci", *LICENSED), *scripts(root)]:
        head = [line for line in path.read_text(encoding="utf-8").split("\n")[:2] if not line.startswith("#!")]
        if not head or head[0] not in (f"// {LICENCE}", f"# {LICENCE}"):
            yield f"{path.relative_to(root)}:1: no licence at the head; write: {LICENCE}"


def file_head(root):
    """Every source begins, after its licence, with a comment that says what it is for."""
    for path in files(root, *SOURCES):
        text = path.read_text(encoding="utf-8")
        text = "\n".join(line for line in text.split("\n")[:4] if LICENCE not in line and line[:2] != "#!")
        if not text.startswith(("//", "/*", "#", '"""')):
            yield f"{path.relative_to(root)}:1: no comment at the head; say what the file is for"


UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]) + r")\b")


def unfinished_words(root):
    """Nothing is left for later in committed code."""
    for path in files(root, *SOURCES, ".txt", ".cmake", ".md"):
        for number, line in lines(path):
            if UNFINISHED.search(line):
                yield f"{path.relative_to(root)}:{number}: unfinished: {line.strip()}"


CHECK = re.compile(r"\b([A-Z][A-Z0-9_-]*?)(?:-(?:NEXT|SAME|NOT|DAG|LABEL|EMPTY|COUNT-\d+))?:")


def lit_checks(root):
    """CHECK lines are read by a FileCheck, and have their colon."""
    if not (root / "tests").exists():
        return
    for path in files(root / "tests", ".mlir", ".test"):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(root)
        runs = re.sub(r"\\\n\s*(//|#)\s*RUN:", " ", text)
        runs = " ".join(re.findall(r"RUN:(.*)", runs))
        if not runs:
            yield f"{name}:1: no RUN line; without one lit does nothing"
            continue
        prefixes = set(re.findall(r"FileCheck[^|;&]*?--?check-prefix(?:es)?[= ]([A-Z0-9_,-]+)", runs))
        prefixes = {p for group in prefixes for p in group.split(",")}
        if re.search(r"FileCheck(?![^|;&]*check-prefix)", runs):
            prefixes.add("CHECK")
        for number, line in lines(path):
            comment = re.match(r"\s*(?://|#)\s*(CHECK[A-Z0-9_-]*)\b(.*)", line)
            if not comment:
                continue
            word, rest = comment.groups()
            if not rest.startswith((":", "{")):
                yield f"{name}:{number}: {word} without a colon checks nothing; write {word}:"
            elif not any(word == p or word.startswith(p + "-") for p in prefixes):
                yield f"{name}:{number}: no FileCheck on a RUN line reads {word}"


def tests_listed(root):
    """Every test source is part of a build: its name is in a CMakeLists.txt, or its folder is."""
    tests = root / "tests"
    if not tests.exists():
        return
    listed = "\n".join(p.read_text(encoding="utf-8") for p in files(tests, "CMakeLists.txt", ".cmake"))
    used = listed + "\n".join(p.read_text(encoding="utf-8") for p in files(tests, ".py", ".test"))
    used += (tests / "run").read_text(encoding="utf-8") if (tests / "run").exists() else ""
    for path in files(tests, ".cpp", ".c", ".py"):
        parts = path.relative_to(tests).parts
        read_whole = {"cases", "contexts", "Inputs"} & set(parts) or "compile_fail" in parts[1:-1]
        if path.name == "lit.cfg.py" or parts[0] == "peers" or read_whole:
            continue  # lit's configuration; programs for people; folders that a harness reads whole
        if path.name not in used and f"import {path.stem}" not in used:
            yield f"{path.relative_to(root)}:1: in no CMakeLists.txt, so it never runs; list it"


LINK = re.compile(r"\]\(([^)#\s]+)")


def links(root):
    """What a page links to in the tree is there."""
    for path in files(root, ".md"):
        for number, line in lines(path):
            for target in LINK.findall(line):
                if "://" not in target and not (path.parent / target).exists():
                    yield f"{path.relative_to(root)}:{number}: links to {target}, which is not there"


def pass_flags(root):
    """Every pass is run by a lit test."""
    definitions = list(files(root / "codegen", "Passes.td")) if (root / "codegen").exists() else []
    runs = "\n".join(p.read_text(encoding="utf-8") for p in files(root / "tests", ".mlir", ".test")) \
        if (root / "tests").exists() else ""
    runs = " ".join(re.findall(r"RUN:(.*)", runs))
    for path in definitions:
        for number, line in lines(path):
            found = re.search(r'^def \w+ : \w*Pass<"([\w-]+)"', line)
            if found and not re.search(rf"-{re.escape(found.group(1))}(?![\w-])", runs):
                yield (f"{path.relative_to(root)}:{number}: no lit test has -{found.group(1)} on a RUN line; "
                       f"write tests/codegen/passes/{found.group(1).removeprefix('tenon-')}.mlir")


RULES = [include_directions, layers, crowded, file_length, licence, file_head, unfinished_words, lit_checks, tests_listed,
         links, pass_flags]
