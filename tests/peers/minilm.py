#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Embeddings of texts by all-MiniLM-L6-v2 on this CPU, f32, with random weights: Tenon beside PyTorch, eager and
compiled, and ONNX Runtime. A call goes from ids to embeddings of length 1; texts have one length, so nothing is
padded. Each round runs all of them in turn; medians, and ratios of one round's.

    minilm.py --bin build/bin [--rounds 5] [--seconds 1] [--threads 1,2] [--texts 1,32] [--tokens 16,128] [--no-compile]

Needs torch, transformers, onnx and onnxruntime; without them it ends with 77."""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import onnxruntime
    import torch
    from onnxruntime.transformers import fusion_options, optimizer
    from transformers import BertConfig, BertModel
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


class Encoder(torch.nn.Module):
    """The mean of the tokens that are there, of length 1, as sentence-transformers makes it."""

    def __init__(self, attention="sdpa"):
        super().__init__()
        config = BertConfig(vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
                            intermediate_size=1536, max_position_embeddings=512, attn_implementation=attention)
        self.bert = BertModel(config, add_pooling_layer=False)

    def forward(self, ids, mask):
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=1)


def median_time(work, seconds):
    """Of a call, over at least three and the given time."""
    work()
    times, start = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def tenon(folder):
    def measure(texts, tokens, threads, seconds):
        command = [folder / "minilm_bench", texts, tokens, threads, seconds]
        run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"error: minilm_bench failed:\n{run.stderr}")
        return float(run.stdout)
    return measure


def inputs(texts, tokens):
    ids = (torch.arange(texts * tokens) * 7919 % 30000).reshape(texts, tokens)
    return ids, torch.ones_like(ids)


def pytorch(model):
    @torch.inference_mode()
    def measure(texts, tokens, threads, seconds):
        torch.set_num_threads(threads)
        ids, mask = inputs(texts, tokens)
        return median_time(lambda: model(ids, mask), seconds)
    return measure


def export(model, folder):
    """The model as torch exports it, and with ONNX Runtime's own kernels for BERTs in place of what they fuse."""
    written_out = Encoder("eager").eval()  # in which the optimiser finds attention
    written_out.load_state_dict(model.state_dict())
    plain, fused = pathlib.Path(folder) / "plain.onnx", pathlib.Path(folder) / "fused.onnx"
    sizes = {0: "texts", 1: "tokens"}
    torch.onnx.export(written_out, inputs(2, 8), str(plain), input_names=["ids", "mask"], output_names=["embedding"],
                      dynamic_axes={"ids": sizes, "mask": sizes, "embedding": {0: "texts"}}, dynamo=False)
    made = optimizer.optimize_model(str(plain), "bert", num_heads=12, hidden_size=384,
                                    optimization_options=fusion_options.FusionOptions("bert"))
    made.save_model_to_file(str(fused))
    print("fused:", made.get_fused_operator_statistics())
    return plain, fused


def onnx(model, path):
    sessions = {}

    def measure(texts, tokens, threads, seconds):
        if threads not in sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            sessions[threads] = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        session = sessions[threads]
        ids, mask = inputs(texts, tokens)
        feed = {"ids": ids.numpy(), "mask": mask.numpy()}
        expected = model(ids, mask).detach().numpy()
        assert abs(session.run(None, feed)[0] - expected).max() < 1e-5
        return median_time(lambda: session.run(None, feed), seconds)
    return measure


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = lambda text: [int(part) for part in text.split(",")]
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--threads", type=numbers, default=[1, 2])
    parser.add_argument("--texts", type=numbers, default=[1, 32])
    parser.add_argument("--tokens", type=numbers, default=[16, 128])
    parser.add_argument("--no-compile", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(1)
    model = Encoder().eval()
    with tempfile.TemporaryDirectory() as folder:
        programs = {"Tenon": tenon(options.bin), "PyTorch": pytorch(model)}
        if not options.no_compile:
            programs["compiled"] = pytorch(torch.compile(model, dynamic=False))
        plain, fused = export(model, folder)
        programs["ONNX Runtime"], programs["ONNX Runtime, fused"] = onnx(model, plain), onnx(model, fused)
        others = list(programs)[1:]
        print(f"torch {torch.__version__}, onnxruntime {onnxruntime.__version__}; texts/s, medians of {options.rounds}; "
              "in brackets Tenon's times as much in the same round, median, least and greatest")
        print("| threads | texts x tokens | " + " | ".join(programs) + " |\n" + "|---" * (2 + len(programs)) + "|")
        for threads in options.threads:
            for texts in options.texts:
                for tokens in options.tokens:
                    rounds = [{name: texts / measure(texts, tokens, threads, options.seconds)
                               for name, measure in programs.items()} for _ in range(options.rounds)]
                    cells = [f"{statistics.median(each['Tenon'] for each in rounds):.0f}"]
                    for name in others:
                        ratios = sorted(each["Tenon"] / each[name] for each in rounds)
                        cells.append(f"{statistics.median(each[name] for each in rounds):.0f} "
                                     f"({statistics.median(ratios):.2f}; {ratios[0]:.2f} to {ratios[-1]:.2f})")
                    print(f"| {threads} | {texts} x {tokens} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
