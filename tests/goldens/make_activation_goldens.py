#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes activations/: values, and what the activations of transformers that samples/gpt2 has make of them.
    python3 make_activation_goldens.py
"""

import pathlib

import torch
from safetensors.torch import save_file
from transformers.activations import ACT2FN

FOLDER = pathlib.Path(__file__).resolve().parent / "activations"
NAMES = ("gelu_new gelu gelu_10 quick_gelu relu relu2 relu6 leaky_relu silu sigmoid tanh hardswish mish").split()


def main():
    FOLDER.mkdir(exist_ok=True)
    # Around 0, where the forms differ, and far out, where a naive one overflows or must be clipped.
    values = torch.cat([torch.linspace(-6, 6, 91), torch.tensor([-1e4, -200, -90, -20, -11, 11, 20, 90, 200, 1e4])])
    save_file({"values": values.reshape(-1, 1)}, FOLDER / "model.safetensors", metadata={"format": "pt"})
    save_file({name: ACT2FN[name](values.double()).float() for name in NAMES}, FOLDER / "golden.safetensors")
    for file in FOLDER.glob("*.safetensors"):
        file.chmod(0o644)


if __name__ == "__main__":
    main()
