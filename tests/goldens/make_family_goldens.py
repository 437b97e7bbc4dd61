#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes llama/, qwen3/, neox/, neox_sequential/, gptj/, bloom/, mixtral/ and gemma2/: tiny random checkpoints as these
families have them, and what transformers says.

Expected values are computed in float64 from the stored weights (bf16 or f16, so that the files are small).
    python3 make_family_goldens.py [name ...]
"""

import json
import shutil
import sys

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, BloomConfig, BloomForCausalLM, Gemma2Config, Gemma2ForCausalLM
from transformers import GPTJConfig, GPTJForCausalLM, GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM
from transformers import MixtralConfig, MixtralForCausalLM, Qwen3Config, Qwen3ForCausalLM

from make_goldens import HERE, MIN_MARGIN, greedy, lively_prompt, logits_of, mean_loss, write_golden


def random_model(kind, seed, config):
    """Every parameter random and large, norms around 1: nothing is flat or zero."""
    model = kind(config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(0.0, 0.3, generator=generator)
            if ("norm" in name or "ln_" in name) and name.endswith("weight"):
                parameter += 1.0
    return model


def text_of(tokenizer, tokens):
    """Of bytes as fallback, which are not UTF-8, transformers replaces each and not each longest part, as elsewhere."""
    parts = [tokenizer.id_to_token(token) for token in tokens]
    if not any(part.startswith("<0x") for part in parts):
        return tokenizer.decode(tokens, skip_special_tokens=False)
    return b"".join(bytes.fromhex(part[3:5]) if part.startswith("<0x") else part.replace("\u2581", " ").encode()
                    for part in parts).decode("utf-8", "replace")


def write_text(folder, model):
    """A prompt, the ids of it with what the tokenizer puts before it, and the text that follows greedily."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for word in (folder.parents[2] / "LICENSE").read_text().split():
        prompt = f"This {word}"
        ids = tokenizer.encode(prompt).ids
        tokens, margin = greedy(model, ids, 16)
        text = text_of(tokenizer, tokens)
        if margin > MIN_MARGIN and model.config.eos_token_id not in tokens and len(set(tokens)) > 8 and len(set(tokens[:6])) == 6:
            break
    else:
        raise SystemExit("no prompt with clear choices; take another seed")
    words = {"prompt": prompt, "ids": ids, "generated": tokens, "continuation": text}
    (folder / "text.json").write_text(json.dumps(words, indent=1) + "\n", encoding="ascii")


def stored(name, tensor):
    """A tensor as checkpoints have it: transformers 5 joins Mixtral's experts, and their first two weights."""
    stem, _, leaf = name.partition("mlp.experts.")
    stem += "block_sparse_moe.experts"
    for i, expert in enumerate(tensor if leaf else []):
        if leaf == "down_proj":
            yield f"{stem}.{i}.w2.weight", expert.contiguous()
        else:
            w1, w3 = expert.chunk(2)
            yield from ((f"{stem}.{i}.w1.weight", w1.contiguous()), (f"{stem}.{i}.w3.weight", w3.contiguous()))
    if not leaf:
        yield name.replace("mlp.gate.weight", "block_sparse_moe.gate.weight"), tensor


def write_training(folder, model, ids):
    """Loss and gradients of every parameter for the ids of golden.safetensors, in float64."""
    targets = torch.roll(ids, -1, dims=1)
    targets[:, -1] = -1
    targets[0, 3:6] = -1
    loss = mean_loss(model, ids, targets)
    loss.backward()
    def bare(name):  # as checkpoints have it: transformers 5 renames this one while it reads
        name = name.removeprefix(model.base_model_prefix + ".")
        return name.replace("lm_head", "embed_out") if model.config.model_type == "gpt_neox" else name

    out = {}
    for name, parameter in model.named_parameters():
        out |= {f"grad.{one}": gradient.to(torch.float32) for one, gradient in stored(bare(name), parameter.grad)}
    out |= {"loss": loss.detach().reshape(1), "targets": targets.to(torch.int32)}
    save_file(out, folder / "training.safetensors")


def make(name, seed, dtype, tokenizer, model, extra=()):
    if sys.argv[1:] and name not in sys.argv[1:]:
        return
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model.to(dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if extra:
        tensors = load_file(folder / "model.safetensors")
        tensors.update(dict(extra))
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    if tokenizer:
        shutil.copy(HERE / tokenizer / "tokenizer.json", folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager",
                                                 experts_implementation="eager").eval()
    generator = torch.Generator().manual_seed(seed + 100)
    ids = torch.randint(model.config.vocab_size, (1, 24), generator=generator)
    prompt, tokens, margin = lively_prompt(model, seed + 200)
    write_golden(folder, ids, logits_of(model, ids), prompt, tokens)
    write_training(folder, model, ids)
    if tokenizer:
        write_text(folder, model)
    for file in folder.iterdir():
        file.chmod(0o644)
    print(f"{name}: {len(set(tokens))} different tokens of 20, smallest margin {margin:.3f}")


def main():
    torch.set_num_threads(1)
    # Three query heads a key head, heads wider than hidden/heads, a head of its own, frequencies of which
    # some are scaled, some are not and some are in between.
    llama = LlamaConfig(
        vocab_size=345, hidden_size=42, intermediate_size=56, num_hidden_layers=2, num_attention_heads=6,
        num_key_value_heads=2, head_dim=12, max_position_embeddings=48, rms_norm_eps=1e-5, bos_token_id=343,
        eos_token_id=344, rope_parameters={
            "rope_type": "llama3", "rope_theta": 5000.0, "factor": 4.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 24})
    buffers = {f"model.layers.{layer}.self_attn.rotary_emb.inv_freq": torch.ones(6) for layer in range(2)}
    make("llama", 11, torch.bfloat16, "bpe_llama3", random_model(LlamaForCausalLM, 11, llama), buffers.items())
    # Norms of queries and keys, a tied head, one key head.
    qwen3 = Qwen3Config(
        vocab_size=344, hidden_size=32, intermediate_size=44, num_hidden_layers=2, num_attention_heads=3,
        num_key_value_heads=1, head_dim=10, max_position_embeddings=40, rms_norm_eps=1e-6,
        tie_word_embeddings=True, bos_token_id=None, eos_token_id=343,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    make("qwen3", 12, torch.float16, "bpe_qwen", random_model(Qwen3ForCausalLM, 12, qwen3))
    # Four of eleven channels of a head turn; what the first checkpoints hold besides.
    neox = GPTNeoXConfig(
        vocab_size=344, hidden_size=33, intermediate_size=41, num_hidden_layers=2, num_attention_heads=3,
        max_position_embeddings=40, layer_norm_eps=1e-5, hidden_act="gelu", bos_token_id=None, eos_token_id=343,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.4})
    buffers = {}
    for layer in range(2):
        place = f"gpt_neox.layers.{layer}.attention"
        buffers |= {f"{place}.bias": torch.tril(torch.ones(1, 1, 40, 40)).to(torch.bool),
                    f"{place}.masked_bias": torch.tensor(-1e9), f"{place}.rotary_emb.inv_freq": torch.ones(2)}
    make("neox", 13, torch.float16, "bpe_qwen", random_model(GPTNeoXForCausalLM, 13, neox), buffers.items())
    # All channels turn, the MLP behind attention, a tied head.
    sequential = GPTNeoXConfig(
        vocab_size=61, hidden_size=20, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=24, layer_norm_eps=1e-4, hidden_act="gelu_new", bos_token_id=None,
        eos_token_id=None, use_parallel_residual=False, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 300.0, "partial_rotary_factor": 1.0})
    make("neox_sequential", 14, torch.float16, None, random_model(GPTNeoXForCausalLM, 14, sequential))
    # Six of eleven channels of a head turn, neighbours against each other; what the first checkpoints hold besides.
    gptj = GPTJConfig(
        vocab_size=344, n_positions=40, n_embd=33, n_layer=2, n_head=3, rotary_dim=6, n_inner=50,
        layer_norm_epsilon=1e-5, activation_function="gelu_new", bos_token_id=None, eos_token_id=343)
    buffers = {}
    for layer in range(2):
        place = f"transformer.h.{layer}.attn"
        buffers |= {f"{place}.bias": torch.tril(torch.ones(1, 1, 40, 40)).to(torch.bool),
                    f"{place}.masked_bias": torch.tensor(-1e9)}
    make("gptj", 21, torch.float16, "bpe_qwen", random_model(GPTJForCausalLM, 21, gptj), buffers.items())
    # Five heads: four slopes, and one between them.
    bloom = BloomConfig(vocab_size=345, hidden_size=35, n_layer=2, n_head=5, layer_norm_epsilon=1e-5,
                        bos_token_id=343, eos_token_id=344)
    make("bloom", 15, torch.bfloat16, "bpe_llama3", random_model(BloomForCausalLM, 15, bloom))
    # Two of five experts, each a tensor of its own in checkpoints.
    mixtral = MixtralConfig(
        vocab_size=460, hidden_size=20, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=6, num_local_experts=5, num_experts_per_tok=2, max_position_embeddings=40,
        rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2, rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    make("mixtral", 19, torch.bfloat16, "bpe_mistral", random_model(MixtralForCausalLM, 19, mixtral))
    # An odd number of layers, of which two have a window; caps that are reached, weights of norms around 0.
    gemma2 = Gemma2Config(
        vocab_size=460, hidden_size=20, intermediate_size=28, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, head_dim=6, query_pre_attn_scalar=9, sliding_window=7, max_position_embeddings=40,
        attn_logit_softcapping=3.0, final_logit_softcapping=12.0, bos_token_id=1, eos_token_id=2, pad_token_id=0,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    model = random_model(Gemma2ForCausalLM, 18, gemma2)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter -= 1.0
            if ".post_" in name:  # so that layers outdo the embedding, which a tied head gives back
                parameter += 2.0
    make("gemma2", 18, torch.bfloat16, "bpe_gemma", model)


if __name__ == "__main__":
    main()
