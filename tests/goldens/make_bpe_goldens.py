#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the tokenizer goldens in bpe*/ with Hugging Face's tokenizers.

bpe/tokenizer.json is the tokenizer of samples/checkpoint/licences in its other file form,
bpe_added/ a tiny vocabulary with overlapping added tokens, and bpe_words/ one whose merges show
where words end: any byte merges with a following a, 1, ! or line end if they are in one word.
    python3 make_bpe_goldens.py
"""

import json
import pathlib

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoTokenizer

HERE = pathlib.Path(__file__).resolve().parent
LICENCES = HERE.parents[1] / "samples" / "checkpoint" / "licences"

CASES = [
    "", " ", "\n", "\0", "a", "Hello world", "This program is free software",
    "  leading", "trailing  ", "a  b   c    d", "a\tb\t\tc\t ", " \t \n \r\n \n\n\n x",
    "line\r\nline\r\n\r\nline\r", "    indented\n        more\n", "x \n", "x\n y", "\n\n\n\n",
    "I'm you're we've they'll he'd it's don't", "I'M YOU'RE IT'S", "'s's 's''s '", "' s 'll 'lx",
    "\u2019s it\u2019s", "12345 1 22 333 4444 55555 3.14 1,000", "a1b2 c3 4d",
    "x\u00b2\u2155\u2167",
    "\u0661\u0662\u0663 \u0967\u0968", "!!! ??? ... --- $%^&*()", "a!b?c a !b ?c",
    "http://a.b/c?d=e",
    "caf\u00e9 cafe\u0301 \u00c5ngstr\u00f6m A\u030a", "e\u0301\u0302\u0303\u0327 x\u0489",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u3053\u3093\u306b\u3061\u306f \uc548\ub155",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u202eabc\u202c",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e9\U0001f1ea",
    "\U0001f44d\U0001f3fd",
    "\u2764\ufe0f a\u200bb\ufeffc\u00adc", "\U00010400\U0001d400 \U00020000",
    "a\u00a0b \u00a0 c\u2003d\u3000e\u2028f\u0085g", "\u180ex \u180e y\u180e\n", "\u1680\u2000x",
    "\ud7ff\ue000 \ufdd0\uffff\ufffe \U0010ffff\U00010000", "\ufffd\u007f\u0080\u07ff\u0800",
    "nul\0in the\0 middle \0", "\x01\x02\x1b[0m\x7f", "a\x0bb\x0cc\x1cd\x1fe",
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext|><|endoftext|>",
    "x  <|endoftext|>\n\n", "<|endoftext", "|endoftext|>", "<|endof<|endoftext|>text|>",
    "<|EndOfText|>", "don<|endoftext|>'t", "\u0120\u010a\u00c0 \u0100",
    "GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007\n",
    "AND/OR \"AS IS\" (the \"License\"); you may not use this file except",
]

# Long words and runs are spelt as (text, times), so that the file stays small.
REPEATED = [("a", 1000), (" ", 1000), ("the", 500), ("\u00e9", 300), ("!", 700), ("7", 300),
            (" \n", 300), ("\U0001f600", 100), ("licenselicence", 100)]

ADDED = [
    AddedToken("<|a|>", normalized=False, special=True),
    AddedToken("<|a|>b", normalized=False, special=True),
    AddedToken("<|", normalized=True),
    AddedToken("|>b", normalized=True),
    AddedToken("  ", normalized=True),
    AddedToken("x<", normalized=True),
    AddedToken("<|end|>", normalized=True, special=True),
    AddedToken("\u00e9\u4e16", normalized=False),
    AddedToken("\u00e9x", normalized=False),  # Hugging Face itself decodes this one wrongly
]
ADDED_CASES = [
    "x<|a|>", "a\u00e9xb", "x<y", "xx<",
    "<|a|>", "<|a|>b", "<|a|>bb", "<|a|>c", "x<|a|>b<|a|>y", "<|<|a|>|>b", "<|b|>b", "<|a", "a|>bc",
    "<|end|>", "<|end|><|end", " <|end|>", "a  b", "a   b", "a    b", "  <|a|>  ", "<|a|> <|a|>",
    "\u00e9\u4e16", "\u00e9 \u4e16", "x\u00e9\u4e16<|", "he hello  hello<|",
    "\u00e9\u00e9\u4e16\u4e16",
]

# Characters of every kind that the word pattern tells apart, from Unicode 14 or earlier.
WORD_CHARACTERS = (
    "bZ2 \t\n\v\f\r\0\x1c\x1f\x7f.'_"
    "\u0085\u00a0\u00aa\u00ad\u00b2\u00bc\u00d7\u00e9\u0301\u0489"
    "\u05d0\u0661\u0903\u0e33\u1680\u180e\u2000"
    "\u200a\u200b\u200d\u2028\u2029\u202f\u203f\u205f\u2060"
    "\u20ac\u2160\u2460\u3000\u3007\u4e16\ua66f\ud7ff\ue000\ufe0f\ufeff\uff11\uffff"
    "\U00010107\U00010400\U0001d7ce\U0001f600\U00020000\U000e0001\U0010ffff")


BROKEN = ["c0af", "e08080", "e0a0", "eda080", "ed9f", "f0808080", "f09080", "f4908080", "f48fbf",
          "f5808080", "ff", "80", "c3c3a9", "e2e282ac", "e28280", "f0f09f9880", "f09f98f09f9880"]


def byte_symbols():
    """GPT-2's spelling of each byte (bytes_to_unicode of its encoder.py)."""
    plain = [*range(33, 127), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in plain]
    return {byte: chr(byte) for byte in plain} | {b: chr(256 + i) for i, b in enumerate(rest)}


def write(folder, name, cases):
    """One case a line, in ASCII."""
    lines = ",\n".join(json.dumps(case) for case in cases)
    (folder / name).write_text(f"[\n{lines}\n]\n", encoding="ascii")


def make_bpe():
    folder = HERE / "bpe"
    folder.mkdir(exist_ok=True)
    from_two_files = AutoTokenizer.from_pretrained(LICENCES).backend_tokenizer
    from_two_files.save(str(folder / "tokenizer.json"), pretty=False)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def ids_of(text):
        ids = tokenizer.encode(text).ids
        assert ids == from_two_files.encode(text).ids
        assert tokenizer.decode(ids, skip_special_tokens=False) == text, text
        return ids

    write(folder, "cases.json", [{"text": text, "ids": ids_of(text)} for text in CASES])
    write(folder, "repeated.json", [{"text": text, "times": times, "ids": ids_of(text * times)}
                                    for text, times in REPEATED])
    # Ids cut anywhere: what remains of broken characters decodes to U+FFFD.
    ids = ids_of("\U0001f600\u4e16\u00e9 \ud7ffx\U0010ffff")
    pieces = [ids[i:j] for i in range(len(ids)) for j in range(i + 1, len(ids) + 1)]
    pieces += [list(reversed(ids)), [i for i in ids for _ in range(2)]]
    # Overlong forms, surrogates, values too large: spelt byte by byte with the byte symbols.
    symbols = byte_symbols()
    for bad in BROKEN:
        pieces.append([tokenizer.token_to_id(symbols[byte]) for byte in bytes.fromhex(bad) + b"x"])
    write(folder, "broken.json", [
        {"ids": piece, "text": tokenizer.decode(piece, skip_special_tokens=False)}
        for piece in pieces])
    print(f"bpe: {len(CASES)} texts, {len(REPEATED)} repeated, {len(pieces)} broken")


def byte_level(merges):
    """A tokenizer of the 256 bytes and these merges."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: i for i, token in enumerate(alphabet)}
    for left, right in merges:
        vocab[left + right] = len(vocab)
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def save(name, tokenizer, texts):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write(folder, "cases.json",
          [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts])
    print(f"{name}: {len(texts)} texts")


def make_bpe_added():
    """Merges that compete ("he"+"l" against "e"+"l") and added tokens that overlap."""
    tokenizer = byte_level([
        ("l", "l"), ("h", "e"), ("e", "ll"), ("he", "ll"), ("\u0120", "he"), ("l", "o"),
        ("hell", "o"), ("\u0120he", "ll"), ("\u0120hell", "o"), ("<", "|"), ("|", ">")])
    tokenizer.add_tokens(ADDED)
    save("bpe_added", tokenizer, ADDED_CASES)


def make_bpe_words():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = byte_level([(byte, last) for last in "a1!\u010a" for byte in alphabet])
    save("bpe_words", tokenizer,
         [f"{c}a {c}1 {c}! {c}\n{c}\n x\n{c}a {c}{c}a" for c in WORD_CHARACTERS] + CASES)


if __name__ == "__main__":
    make_bpe()
    make_bpe_added()
    make_bpe_words()
