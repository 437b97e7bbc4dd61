#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Learns licences/vocab.json and merges.txt: GPT-2's byte pairs, from the text that `make` writes.

Needs Hugging Face's tokenizers; another version may order equal pairs differently. The two files
are kept, so `make` needs no Python:
    vocabulary.py <text> <folder to write>
"""

import json
import pathlib
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

V = 1024
END_OF_TEXT = "<|endoftext|>"  # between the texts; the last id


def main():
    text, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    documents = text.read_text(encoding="utf-8").split(END_OF_TEXT)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(documents, trainers.BpeTrainer(
        vocab_size=V - 1, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False))
    assert tokenizer.get_vocab_size() == V - 1, "the text is too small for this vocabulary"
    tokenizer.model.save(str(out))
    vocab = json.loads((out / "vocab.json").read_text(encoding="utf-8"))
    ordered = sorted((vocab | {END_OF_TEXT: V - 1}).items(), key=lambda item: item[1])
    (out / "vocab.json").write_text(
        json.dumps(dict(ordered), ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
