#!/usr/bin/env python3
"""PyTorch's embedding forward, for comparison with tests/bench/embedding_bench: two lookups and an add,
then also the layer norm. GPT-2's sizes, f32, two threads, caches swept before each run, medians."""
import statistics
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(f"SKIPPED: {error}; pip install torch")
    sys.exit(77)

SEQ, COLUMNS, VOCABULARY, RUNS = 1024, 768, 50257, 15


def medians(work, sweep):
    """Wall time, and CPU time of all threads by their number, in ms."""
    wall, cpu = [], []
    for _ in range(RUNS):
        sweep.sum()
        start, start_cpu = time.perf_counter(), time.process_time()
        work()
        cpu.append((time.process_time() - start_cpu) * 1e3 / torch.get_num_threads())
        wall.append((time.perf_counter() - start) * 1e3)
    return f"wall {statistics.median(wall):.2f} cpu {statistics.median(cpu):.2f}"


def main():
    torch.set_num_threads(2)
    torch.manual_seed(1)
    wte, wpe = torch.randn(VOCABULARY, COLUMNS), torch.randn(SEQ, COLUMNS)
    weight, bias = torch.ones(COLUMNS), torch.zeros(COLUMNS)
    sweep = torch.zeros(64 << 20)
    zipf = 1.0 / torch.arange(1, VOCABULARY + 1, dtype=torch.float64)
    laws = {"uniform": torch.ones(VOCABULARY, dtype=torch.float64), "zipf": zipf}
    position = torch.arange(SEQ)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, medians of {RUNS}, ms")
    with torch.inference_mode():
        for name, law in laws.items():
            for batch in (64, 8):
                ids = torch.multinomial(law, batch * SEQ, replacement=True).view(batch, SEQ)
                embed = lambda: F.embedding(ids, wte) + F.embedding(position, wpe)
                norm = lambda: F.layer_norm(embed(), (COLUMNS,), weight, bias)
                embed(), norm()
                print(f"{name}/{batch}: sum {medians(embed, sweep)}; with norm {medians(norm, sweep)}")


if __name__ == "__main__":
    main()
