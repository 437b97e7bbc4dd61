# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What every peer is measured at, and cpu_bench and embedding_bench as well."""
PROMPT, DECODED = 512, 128  # GPT-2: tokens of the prompt; tokens decoded from an empty cache
SEQ = 1024  # the embedding: tokens of a sequence
