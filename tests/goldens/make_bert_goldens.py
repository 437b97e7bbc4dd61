#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes wordpiece/, wordpiece_cased/ and bert/: small tokenizers and a tiny random sentence encoder, and what
tokenizers and transformers say of texts. With the directory of the real all-MiniLM-L6-v2 also minilm/, its
expected values alone.

Expected values are computed in float64 from the stored weights.
    python3 make_bert_goldens.py [path/of/all-MiniLM-L6-v2]
"""

import collections
import json
import random
import shutil
import sys

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from make_bpe_goldens import CASES, HERE, write
from make_family_goldens import random_model

TEXTS = (HERE.parents[1] / "LICENSE").read_text().splitlines() + CASES
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# What this form treats in its own way: accents that go or stay, letters whose case changes their number or
# place, marks that are no accents, ideographs of each range and beside them, punctuation of ASCII that Unicode
# calls symbols, words at the limit of length, special tokens in a text.
MORE = [
    "The Quick BROWN fox.", "na\u00efve r\u00e9sum\u00e9 \u00c5ngstr\u00f6m", "\u0130stanbul \u0131I \u0130", "STRASSE stra\u00dfe \u1e9e",
    "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u03a3\u0391\u03a3", "\u01c5 \u01c4 \ufb01 \ufb00", "\u212a \u212b \u2126", "a\u0301\u0327\u0302e", "e\u20dd e\u0488 \u0bcd\u0b95\u0bcd",
    "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab", "\u0915\u093c \u0958 \u0928\u092e\u0938\u094d\u0924\u0947", "\u4e2d\u6587a\u5b57b", "\u3400\u4dbf\u4dc0\u9fff\ua000",
    "\U00020000\U0002a6df\U0002a6e0\U0002a700\U0002b73f\U0002b740\U0002b81f\U0002b820\U0002b91f\U0002b920\U0002ceaf\U0002ceb0",
    "\uf900\ufaff\ufb00 \U0002f800\U0002fa1f", "\u3042\u30ab\u304c\uff76\uff9e", "a$b+c<d>e=f^g`h|i~j", "\u00a7\u00b6\u2013\u2014\u2026\u00ab\u00bb\u3001\u300c\uff01\uff04",
    "don't can't o'clock", "a" * 100, "b" * 101, "\u00e9" * 100, "\u00e9" * 101, "e\u0301" * 60, "x" * 99 + " y", "[MASK]", "a [MASK] b",
    "[mask]", "[CLS][SEP]x[PAD]", "[ MASK ]", "[UNK]known", "\u200b\u200d\ufeff\u00ad\u2060", "a\u200db\u202ac", "\ue000\U000f0000", "\ufffda\ufffd",
    "\u0085\u00a0\u1680\u2028\u3000x", "a\u0000b\x1bc\td\ne\rf", "\u180e x\u180ey", "##ing ing ##", "the##n", "\u2581", "\U0001f468\u200d\U0001f469 \u2764\ufe0f",
]
SENTENCES = [
    "This program is free software.",
    "Permission is granted to copy, to change and to distribute it.",
    "Na\u00efve caf\u00e9s of \u0130stanbul charge 3.50 \u20ac for \u4e2d\u6587 menus!",
    "",
    "Licence " * 60,
    "no warranty",
]


def random_texts(seed, count):
    """Characters of every kind in a row, so that every rule meets every other."""
    choose = random.Random(seed)
    kinds = "".join(MORE) + "  \n\t..,''-aeionrst" * 6
    return ["".join(choose.choices(kinds, k=choose.randint(2, 24))) for _ in range(count)]


def pieces(normalizer, pre_tokenizer, size):
    """Letters, but for some that stay unknown, then what is frequent at the beginning and inside of words; the
    trainer of tokenizers makes another vocabulary each time."""
    words = [word for text in TEXTS + MORE
             for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(text))]
    letters = [c for i, c in enumerate(sorted(set("".join(words)))) if i % 7 != 3]
    counts = collections.Counter()
    for word in words:
        for begin in range(len(word)):
            for end in range(begin + 2, min(begin + 9, len(word) + 1)):
                counts["##" * (begin > 0) + word[begin:end]] += end - begin
    vocabulary = SPECIAL + letters + ["##" + c for i, c in enumerate(letters) if i % 5 != 2]
    frequent = sorted(counts, key=lambda piece: (-counts[piece], piece))
    return vocabulary + frequent[:size - len(vocabulary)]


def make_tokenizer(name, lowercase, strip_accents, size):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    normalizer = normalizers.BertNormalizer(lowercase=lowercase, strip_accents=strip_accents)
    pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    vocabulary = pieces(normalizer, pre_tokenizer, size)
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.add_special_tokens(SPECIAL)
    ids = [tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]")]
    if lowercase:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=list(zip(("[CLS]", "[SEP]"), ids)))
    else:
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids[1]), ("[CLS]", ids[0]))
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    cases = [{"text": text, "ids": tokenizer.encode(text).ids}
             for text in CASES + MORE + random_texts(7, 120)]
    write(folder, "cases.json", cases)
    print(f"{name}: {tokenizer.get_vocab_size()} tokens, {len(cases)} cases")
    return tokenizer


def padded(rows):
    """Rows of ids of unequal lengths, and a mask of those that are there."""
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask


def embeddings(model, ids, mask, types=None):
    """The mean of the tokens that are there, of length 1."""
    with torch.no_grad():
        states = model(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
    weights = mask.unsqueeze(-1).to(states.dtype)
    mean = (states * weights).sum(1) / weights.sum(1)
    return torch.nn.functional.normalize(mean, dim=1)


def write_golden(folder, model, tokenizer, sentences, most):
    tokenizer.enable_truncation(most)
    rows = [tokenizer.encode(text).ids for text in sentences]
    ids, mask = padded(rows)
    types = torch.arange(ids.shape[1]).unsqueeze(0).expand_as(ids) // 3 % 2
    found, typed = embeddings(model, ids, mask), embeddings(model, ids, mask, types)
    save_file({"ids": ids.to(torch.int32), "lengths": mask.sum(1).to(torch.int32),
               "types": types.to(torch.int32).contiguous(),
               "embedding": found.to(torch.float32).contiguous(),
               "typed": typed.to(torch.float32).contiguous()}, folder / "golden.safetensors")
    (folder / "golden.safetensors").chmod(0o644)
    text = {"sentences": sentences, "ids": rows}
    (folder / "text.json").write_text(json.dumps(text, indent=None) + "\n", encoding="ascii")
    cosines = found @ found.T - torch.eye(len(rows))
    print(f"{folder.name}: lengths {[len(row) for row in rows]}, cosines {cosines.min().item():.3f} to "
          f"{cosines.max().item():.3f}, with types {(found * typed).sum(1).min().item():.3f}")


def make_bert(tokenizer):
    folder = HERE / "bert"
    shutil.rmtree(folder, ignore_errors=True)
    config = BertConfig(vocab_size=tokenizer.get_vocab_size(), hidden_size=30, num_hidden_layers=2, num_attention_heads=3,
                        intermediate_size=44, max_position_embeddings=40, layer_norm_eps=1e-6, type_vocab_size=2)
    model = random_model(BertModel, 21, config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("LayerNorm.weight"):
                parameter += 1.0
            if name == "encoder.layer.1.output.LayerNorm.bias":
                parameter *= 0.1  # which all tokens have in common
    model.to(torch.float16).save_pretrained(folder)
    # As a BertForMaskedLM of an older transformers stores it.
    tensors = {f"bert.{name}": value for name, value in load_file(folder / "model.safetensors").items()}
    tensors["bert.embeddings.position_ids"] = torch.arange(40).unsqueeze(0)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 32, "do_lower_case": false}\n')
    plain = {name.removeprefix("bert."): value.to(torch.float64) for name, value in tensors.items()}
    plain.pop("embeddings.position_ids")
    model = BertModel(config).to(torch.float64).eval()
    model.load_state_dict(plain, strict=True)
    write_golden(folder, model, tokenizer, SENTENCES, 32)
    for file in folder.iterdir():
        file.chmod(0o644)


def make_minilm(directory):
    folder = HERE / "minilm"
    folder.mkdir(exist_ok=True)
    tokenizer = Tokenizer.from_file(f"{directory}/tokenizer.json")
    tokenizer.no_padding()
    model = BertModel.from_pretrained(directory, dtype=torch.float64, attn_implementation="eager").eval()
    sentences = SENTENCES + [
        "How do I copy a file?", "Duplicating documents on a computer", "The weather is lovely today.",
        "It's so sunny outside!", "He drove to the stadium.", "long text, cut at 256 tokens; " * 60]
    write_golden(folder, model, tokenizer, sentences, 256)
    write(folder, "cases.json", [{"text": text, "ids": tokenizer.encode(text).ids} for text in MORE])


def main():
    torch.set_num_threads(1)
    tokenizer = make_tokenizer("wordpiece", True, None, 1100)
    make_tokenizer("wordpiece_cased", False, False, 1200)
    make_bert(tokenizer)
    if len(sys.argv) > 1:
        make_minilm(sys.argv[1])


if __name__ == "__main__":
    main()
