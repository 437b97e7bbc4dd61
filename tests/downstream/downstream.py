#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Uses an installed Tenon from a project of its own: builds, runs, rebuilds what changed and no more.

  downstream.py --prefix P --project DIR --work DIR --generator NAME
                [--toolchain FILE --tenonc PATH --emulator COMMAND --host-prefix P --gpt gpt2.model.cpp]

For another machine: its models' results in f32 have the bits that they have here.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "docs"))
import blocks  # noqa: E402

COMPILED_DESCRIPTOR = "tiny.tenon.c"
RAN_TENONC = "tiny.tenon.stamp"  # its command line ends with touching the stamp


def run(command, expect_failure=False):
    print("+", " ".join(map(str, command)), flush=True)
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    print(done.stdout, flush=True)
    if (done.returncode != 0) != expect_failure:
        sys.exit(f"exit status {done.returncode} of {command}")
    return done.stdout


def require(condition, what):
    if not condition:
        sys.exit(f"wrong: {what}")


class Project:
    """A copy of the project with its build folder."""

    def __init__(self, options):
        self.options = options
        work = pathlib.Path(options.work)
        shutil.rmtree(work, ignore_errors=True)
        self.source, self.build_folder = work / "source", work / "build"
        shutil.copytree(options.project, self.source)

    def configure(self, **more):
        gpt = [f"-DGPT_SOURCE={self.options.gpt}"] if self.options.gpt else []
        if self.options.toolchain:  # README's line, with the paths of this test
            line, = blocks.commands(blocks.block_for(__file__), {
                "-S .": f"-S {self.source}", "-B build": f"-B {self.build_folder}",
                "aarch64.cmake": self.options.toolchain,
                "/opt/tenon-aarch64": self.options.prefix, "/opt/tenon/bin/tenonc": self.options.tenonc})
            return run([*line, *gpt], **more)
        return run(["cmake", "-G", self.options.generator, "-S", self.source, "-B", self.build_folder,
                    f"-DCMAKE_PREFIX_PATH={self.options.prefix}", "-DCMAKE_BUILD_TYPE=Release", *gpt], **more)

    def build(self, *which, **more):
        # With every command line shown, so that what was compiled can be told.
        return run(["cmake", "--build", self.build_folder, "--verbose", *which], **more)

    def app(self):
        emulator = self.options.emulator.split() if self.options.emulator else []
        return run([*emulator, self.build_folder / "app"])

    def edit(self, name, old, new):
        path = self.source / name
        text = path.read_text(encoding="utf-8")
        require(old in text, f"{name} has no '{old}'")
        path.write_text(text.replace(old, new), encoding="utf-8")


def compiled(output, name):
    """Whether a compiler ran on a file: its name behind -c."""
    return any(" -c " in line and name in line.split(" -c ")[-1] for line in output.splitlines())


def check_rebuilds(project):
    output = project.build()
    require(RAN_TENONC not in output and " -c " not in output, "a second build did something")

    (project.source / "app.cpp").touch()
    output = project.build()
    require(compiled(output, "app.cpp"), "a touched app.cpp was not compiled")
    require(RAN_TENONC not in output, "a touched app.cpp ran tenonc")

    (project.source / "tiny.model.cpp").touch()
    output = project.build()
    require(RAN_TENONC in output, "a touched model did not run tenonc")
    require(not compiled(output, COMPILED_DESCRIPTOR) and not compiled(output, "app.cpp"),
            "a touched model with the same graph rebuilt its library or the app")
    require(RAN_TENONC not in project.build(), "tenonc runs again and again")

    project.edit("tiny.model.cpp", "n_embd : dim<6>", "n_embd : dim<9>")
    output = project.build()
    require(RAN_TENONC in output and compiled(output, COMPILED_DESCRIPTOR) and
            compiled(output, "app.cpp"), "a changed model did not rebuild its library and the app")
    require("app: 9 columns" in project.app(), "the app does not see the changed model")


def bits_of(output):
    """What CHECK says of the bits of each model in f32."""
    return dict(re.findall(r"(\w+): bits of f32 ([0-9a-f]{16})", output))


def check_bits(options, there):
    """`there`, from another machine, against the variants here."""
    require({"tiny", "gpt", "gpt_trains"} <= there.keys(), f"bits of {sorted(there)} alone were told")
    here = argparse.Namespace(**vars(options) | {"toolchain": None, "prefix": options.host_prefix,
                                                 "work": f"{options.work}/here", "emulator": None})
    project = Project(here)
    project.configure()
    project.build("--target", *(f"{model}_check" for model in there))
    models = "|".join(there)
    bits = bits_of(run(["ctest", "--test-dir", project.build_folder, "-V", "-R", f"^check ({models})$"]))
    for model, own in there.items():
        require(bits[model] == own, f"{model} has the bits {own} in the emulator and {bits[model]} here")


def check_mistakes(project):
    project.edit("CMakeLists.txt", "enable_testing()", "# no tests")
    output = " ".join(project.configure().split())
    require("CHECK of tiny adds none" in output, "nothing says that CHECK adds no test")
    project.edit("CMakeLists.txt", "# no tests", "enable_testing()")
    require("CHECK of tiny" not in project.configure(), "a project with tests is warned")
    project.edit("CMakeLists.txt", "ENTRIES forward", "MODELS ti-ny ENTRIES forward")
    output = " ".join(project.configure(expect_failure=True).split())
    require("no model can be named 'ti-ny'" in output and "MODELS" in output, "a name that no model has gets a poor message")
    project.edit("CMakeLists.txt", "MODELS ti-ny ENTRIES forward", "MODELS other ENTRIES forward")
    output = project.build(expect_failure=True)
    require("no model 'other'" in output and "tiny" in output, "a wrong model name has a poor message")
    project.edit("CMakeLists.txt", "MODELS other ENTRIES forward", "ENTRIES loss")
    output = project.build(expect_failure=True)
    require("entry 'loss'" in output, "a wrong entry has a poor message")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--prefix", "--project", "--work", "--generator"):
        parser.add_argument(name, required=True)
    for name in ("--toolchain", "--tenonc", "--emulator", "--host-prefix", "--gpt"):
        parser.add_argument(name)
    project = Project(parser.parse_args())
    project.configure()
    output = project.build()
    require(RAN_TENONC in output, "the first build did not run tenonc")
    # A layer norm with unit weights: the squares of a row sum to its length, up to epsilon.
    line = project.app()
    require("app: 6 columns" in line, "the app prints something else")
    columns, total = 6, float(line.rsplit(" ", 1)[1])
    require(0.9 * columns < total <= columns, f"the squares of a row of {columns} sum to {total}")
    # The models' CHECK tests; for another machine CMake puts the emulator before them.
    output = run(["ctest", "--test-dir", project.build_folder, "-V", "--no-tests=error"])
    if project.options.toolchain:
        check_bits(project.options, bits_of(output))
    else:
        check_rebuilds(project)
        check_mistakes(project)


if __name__ == "__main__":
    main()
