# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""PyTorch's embedding forward: two lookups and an add, then also the layer norm; and the gradient of the token table.
GPT-2's sizes, f32, uniform ids, caches swept before each run, as tests/bench/embedding_bench does it."""
import time

import torch
import torch.nn.functional as F

from sizes import SEQ

COLUMNS, VOCABULARY = 768, 50257


class Runner:
    def __init__(self, batch, compiled):
        torch.manual_seed(1)
        wte, wpe = torch.randn(VOCABULARY, COLUMNS), torch.randn(SEQ, COLUMNS)
        weight, bias = torch.ones(COLUMNS), torch.zeros(COLUMNS)
        position = torch.arange(SEQ)
        self.ids = torch.randint(VOCABULARY, (batch, SEQ))
        self.sweep = torch.zeros(64 << 20)

        def embed(ids):
            return F.embedding(ids, wte) + F.embedding(position, wpe)

        def norm(ids):
            return F.layer_norm(embed(ids), (COLUMNS,), weight, bias)

        self.sum, self.norm = (torch.compile(embed), torch.compile(norm)) if compiled else (embed, norm)
        self.seconds(self.sum), self.seconds(self.norm)  # compiles, and touches memory

    @torch.inference_mode()
    def seconds(self, work):
        """Wall time of `work` with cold tables."""
        self.sweep.sum()
        start = time.perf_counter()
        work(self.ids)
        return time.perf_counter() - start


class Gradient:
    """The dense gradient of the token table, (VOCABULARY, COLUMNS): zeros, and the rows of `batch` sequences added."""

    def __init__(self, batch, compiled):
        torch.manual_seed(1)
        self.tokens = batch * SEQ
        ids, dy = torch.randint(VOCABULARY, (self.tokens,)), torch.randn(self.tokens, COLUMNS)

        def gradient():
            return torch.ops.aten.embedding_dense_backward(dy, ids, VOCABULARY, -1, False)

        self.gradient = torch.compile(gradient) if compiled else gradient
        added = torch.zeros(VOCABULARY, COLUMNS).index_add_(0, ids, dy)
        torch.testing.assert_close(self.gradient(), added)  # compiles, and touches memory

    @torch.inference_mode()
    def rate(self):
        """Tokens a second."""
        start = time.perf_counter()
        self.gradient()
        return self.tokens / (time.perf_counter() - start)
