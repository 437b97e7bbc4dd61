#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes gguf/: a small file with values and tensors of every kind that is read, what the package `gguf` reads of it,
and the names that it gives the tensors of each family.

    python3 make_gguf_goldens.py            (needs PyPI's gguf and numpy)
"""

import json
from pathlib import Path

import gguf
import numpy as np

HERE = Path(__file__).resolve().parent
TYPES = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
# Where the f16 scales of a block lie: d, and a minimum's.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2],
          "Q6_K": [208]}
# Ordinary, subnormal, zero of each sign, greatest, infinite, not a number.
SPECIAL = np.array([0x2E66, 0xAE66, 0x0001, 0x83FF, 0x0000, 0x8000, 0x7BFF, 0x7C00, 0xFC00, 0x7E00], np.uint16)

FAMILIES = {
    "gpt2": ("GPT2", ["wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias", "lm_head.weight"] +
             [f"h.{{}}.{name}.{kind}" for name in ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")
              for kind in ("weight", "bias")]),
    "llama": ("LLAMA", ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"] +
              [f"model.layers.{{}}.{name}.weight" for name in
               ("input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")]),
    "qwen3": ("QWEN3", ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"] +
              [f"model.layers.{{}}.{name}.weight" for name in
               ("input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                "self_attn.q_norm", "self_attn.k_norm", "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj",
                "mlp.down_proj")]),
    "mixtral": ("LLAMA", ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"] +
                [f"model.layers.{{}}.{name}.weight" for name in
                 ("input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                  "post_attention_layernorm", "block_sparse_moe.gate")]),
    "gemma2": ("GEMMA2", ["model.embed_tokens.weight", "model.norm.weight"] +
               [f"model.layers.{{}}.{name}.weight" for name in
                ("input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                 "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm", "mlp.gate_proj",
                 "mlp.up_proj", "mlp.down_proj")]),
    "neox": ("GPTNEOX", [f"{name}.{kind}" for name in ("gpt_neox.embed_in", "gpt_neox.final_layer_norm", "embed_out")
                         for kind in ("weight", "bias")] +
             [f"gpt_neox.layers.{{}}.{name}.{kind}" for name in
              ("input_layernorm", "attention.query_key_value", "attention.dense", "post_attention_layernorm",
               "mlp.dense_h_to_4h", "mlp.dense_4h_to_h") for kind in ("weight", "bias")]),
    "bloom": ("BLOOM", [f"transformer.{name}.{kind}" for name in ("word_embeddings", "word_embeddings_layernorm", "ln_f")
                        for kind in ("weight", "bias")] + ["lm_head.weight"] +
              [f"transformer.h.{{}}.{name}.{kind}" for name in
               ("input_layernorm", "self_attention.query_key_value", "self_attention.dense", "post_attention_layernorm",
                "mlp.dense_h_to_4h", "mlp.dense_4h_to_h") for kind in ("weight", "bias")]),
}


def blocks_of(name, random):
    """Random blocks, the first few with each special scale."""
    kind = gguf.GGMLQuantizationType[name]
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    count = 2 * len(SPECIAL) if elements == 32 else len(SPECIAL)
    data = random.integers(0, 256, (count, size), np.uint8)
    for place, at in enumerate(SCALES[name]):
        for block in range(count):
            scale = SPECIAL[(block + 3 * place * (block >= len(SPECIAL))) % len(SPECIAL)]
            data[block, at:at + 2] = np.frombuffer(scale.tobytes(), np.uint8)
    return kind, data


def write_blocks(folder):
    random = np.random.default_rng(15)
    writer = gguf.GGUFWriter(folder / "blocks.gguf", "none")
    writer.add_uint8("a.u8", 200), writer.add_int8("a.i8", -100), writer.add_uint16("a.u16", 60000)
    writer.add_int16("a.i16", -30000), writer.add_uint32("a.u32", 4000000000), writer.add_int32("a.i32", -2000000000)
    writer.add_uint64("a.u64", 2**63 + 2048), writer.add_int64("a.i64", -2**62), writer.add_float32("a.f32", 0.1)
    writer.add_float64("a.f64", 0.1), writer.add_bool("a.bool", True), writer.add_string("a.text", "caf\u00e9")
    writer.add_array("an.array", [3, -1, 2]), writer.add_array("an.array.of_texts", ["a", "", "\u0120the"])
    expected = {}
    for name in TYPES:
        kind, data = blocks_of(name, random)
        writer.add_tensor(name, data.reshape(2, -1), raw_dtype=kind)
        with np.errstate(all="ignore"):
            expected[name] = gguf.quants.dequantize(data.reshape(2, -1), kind)
    plain = random.standard_normal((3, 5)).astype(np.float32)
    writer.add_tensor("F32", plain), writer.add_tensor("F16", plain.astype(np.float16))
    bf16 = gguf.quants.quantize(plain, gguf.GGMLQuantizationType.BF16)
    writer.add_tensor("BF16", bf16, raw_dtype=gguf.GGMLQuantizationType.BF16)
    expected["F32"], expected["F16"] = plain, plain.astype(np.float16).astype(np.float32)
    expected["BF16"] = gguf.quants.dequantize(bf16, gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file(), writer.write_kv_data_to_file(), writer.write_tensors_to_file(), writer.close()
    # Length, header, data: safetensors, for which numpy needs no package.
    header, data = {}, b""
    for name, values in expected.items():
        end = len(data) + values.nbytes
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), end]}
        data += values.astype("<f4").tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "blocks.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)


def write_names(folder):
    names = {}
    for family, (arch, tensors) in FAMILIES.items():
        known = gguf.get_tensor_name_map(gguf.MODEL_ARCH[arch], 1)
        found = {}
        for tensor in tensors:
            bare = tensor.removeprefix("transformer.")  # BLOOM's names are known without it, as the converter asks
            name = known.get_name(bare.replace("{}", "0"), try_suffixes=(".weight", ".bias"))
            if name is None:
                raise SystemExit(f"the package has no name for {tensor} of {family}")
            found[tensor] = name.replace("blk.0.", "blk.{}.")
        names[family] = found
    # The converter joins the experts of a layer under names of its own.
    for weight, leaf in (("w1", "gate"), ("w2", "down"), ("w3", "up")):
        name = gguf.TENSOR_NAMES[gguf.MODEL_TENSOR[f"FFN_{leaf.upper()}_EXP"]]
        names["mixtral"][f"model.layers.{{}}.block_sparse_moe.experts.{weight}.weight"] = name.replace(
            "{bid}", "{}") + ".weight"
    (folder / "names.json").write_text(json.dumps(names, indent=1) + "\n", encoding="ascii")


def main():
    folder = HERE / "gguf"
    folder.mkdir(exist_ok=True)
    write_blocks(folder)
    write_names(folder)


if __name__ == "__main__":
    main()
