# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""GPT-2 124M in PyTorch, random weights, written to be fast there: fused attention, a preallocated cache,
inference mode. What compare.py measures beside Tenon."""
import time

import torch
import torch.nn.functional as F

from sizes import DECODED, PROMPT

LAYERS, HEADS, WIDTH, VOCABULARY, BLOCK = 12, 12, 768, 50257, 1024


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = torch.nn.LayerNorm(WIDTH), torch.nn.LayerNorm(WIDTH)
        self.c_attn, self.c_proj = torch.nn.Linear(WIDTH, 3 * WIDTH), torch.nn.Linear(WIDTH, WIDTH)
        self.c_fc, self.mlp_c_proj = torch.nn.Linear(WIDTH, 4 * WIDTH), torch.nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, keys, values, position, mask):
        """x (1, T, C); keys and values (1, H, context, D), written at position (T); mask (T, context),
        or None: attend causally within x."""
        rows = [part.view(1, -1, HEADS, WIDTH // HEADS).transpose(1, 2)
                for part in self.c_attn(self.ln_1(x)).split(WIDTH, dim=2)]
        query, key, value = rows
        keys.index_copy_(2, position, key)
        values.index_copy_(2, position, value)
        if mask is None:
            y = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            y = F.scaled_dot_product_attention(query, keys, values, attn_mask=mask)
        x = x + self.c_proj(y.transpose(1, 2).reshape(1, -1, WIDTH))
        return x + self.mlp_c_proj(F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh"))


class Gpt2(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = torch.nn.Embedding(VOCABULARY, WIDTH), torch.nn.Embedding(BLOCK, WIDTH)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(LAYERS))
        self.ln_f = torch.nn.LayerNorm(WIDTH)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.02)

    def forward(self, ids, cache, position, mask):
        """ids (1, T) -> logits (V) of the last token."""
        x = self.wte(ids) + self.wpe(position)
        for layer, (keys, values) in zip(self.layers, cache):
            x = layer(x, keys, values, position, mask)
        return F.linear(self.ln_f(x[:, -1]), self.wte.weight)


def empty_cache(context, dtype):
    shape = (1, HEADS, context, WIDTH // HEADS)
    return [(torch.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=dtype)) for _ in range(LAYERS)]


class Runner:
    """One model in one precision, eager or compiled."""

    def __init__(self, dtype, compiled):
        torch.manual_seed(1)
        model = Gpt2().to(dtype).eval()
        # Fixed shapes: one graph for prompts and one for single tokens.
        self.model = torch.compile(model, dynamic=False) if compiled else model
        self.ids = torch.arange(PROMPT).mul(2654435761).remainder(VOCABULARY).view(1, PROMPT)
        self.prompt_cache, self.cache = empty_cache(PROMPT, dtype), empty_cache(DECODED, dtype)
        self.places = torch.arange(PROMPT)
        seen = torch.arange(DECODED)
        self.masks = (seen <= seen.view(-1, 1)).view(DECODED, 1, DECODED)
        self.prompt(), self.decode(4)  # compiles, and touches memory

    @torch.inference_mode()
    def prompt(self):
        """Tokens a second of a prompt of 512, logits of its last token."""
        start = time.perf_counter()
        self.model(self.ids, self.prompt_cache, self.places, None)
        return PROMPT / (time.perf_counter() - start)

    @torch.inference_mode()
    def decode(self, tokens=DECODED):
        """Tokens a second, one at a time from an empty cache."""
        start = time.perf_counter()
        for i in range(tokens):
            self.model(self.ids[:, :1], self.cache, self.places[i:i + 1], self.masks[i])
        return tokens / (time.perf_counter() - start)
