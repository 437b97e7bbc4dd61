#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes small tokenizers of the forms that families of models use, and what tokenizers makes of texts.

bpe_llama3, bpe_qwen: byte-level with their word patterns; whole words without merges, and NFC.
bpe_llama2, bpe_mistral, bpe_gemma: as SentencePiece, by normalizers, by Metaspace, and split at spaces.
    python3 make_family_tokenizers.py
"""

import collections
import json
import random
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors, trainers

from make_bpe_goldens import BROKEN, CASES, HERE, WORD_CHARACTERS, byte_symbols, write

TEXTS = (HERE.parents[1] / "LICENSE").read_text().splitlines() + CASES
SPACE = "\u2581"
PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*"
           r"|\s*[\r\n]+|\s+(?!\S)|\s+")

# What these forms treat in their own ways: digits, contractions, line ends, spaces and their symbol,
# tokens of bytes and added tokens in a text, characters that NFC composes, reorders or keeps apart.
MORE = [
    "1 12 123 1234 12345678", "I'LL it'\u017f IT'S we'Ve\n", "end.\r\n\r\n  next\n\n\n", "!!\n\n??\r",
    SPACE, f"a{SPACE}b {SPACE}{SPACE} c", "a    b        c", "   ", "<0x41><0x0A>x", "<s>", "a</s>b </s> c",
    "<s><s> x", "\n\n\n a\n\n", "hello  hello hellohello", "\u00e9 e\u0301 \u00f1 n\u0303 \u1e69 s\u0323\u0307",
    "a\u0305\u0301 s\u0307\u0323 q\u0323\u0307", "\u1100\u1161\u11a8 \uac00\u11a8 \u1100\u1161", "\u212b \u2126 \u212a \u0344",
    "\u0958 \u0915\u093c \u2adc \ufb1d", "\u0f71\u0f72 a\u0334\u0301 a\u0301\u0334", "\U0001d15e \u0340\u0341\u0374",
    "<|begin|>user<|end|>", "a<|end|>", "e<|end|>\u0301", "\u0301a \u0308\u0301",
]


def random_texts(seed, count):
    """Characters of every kind in a row, so that every rule meets every other."""
    choose = random.Random(seed)
    kinds = WORD_CHARACTERS + "  \n\n'''sStTrel019aeio\u0301\u0308\u0323" + SPACE
    return ["".join(choose.choices(kinds, k=choose.randint(2, 24))) for _ in range(count)]


def trained(pre_tokenizer, size, texts, alphabet):
    """Vocabulary in order and merges of a BPE trained on texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False,
                                  limit_alphabet=len(alphabet))
    tokenizer.train_from_iterator(texts, trainer)
    found = json.loads(tokenizer.to_str())["model"]
    return sorted(found["vocab"], key=found["vocab"].get), [tuple(merge) for merge in found["merges"]]


def byte_level(digits, **options):
    pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN.replace("DIGITS", digits)), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokens, merges = trained(pre_tokenizer, 340, TEXTS, sorted(pre_tokenizers.ByteLevel.alphabet()))
    # Tokens that no merge makes: found as whole words, or never.
    tokens += ["\u0120whole", "\u00c3\u00a9t\u00c3\u00a9", "123"]
    vocab = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, **options))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def sentence_piece(size):
    """Specials, 256 bytes, then the merges' results and single characters."""
    texts = [text.replace(" ", SPACE) for text in TEXTS]
    counted = collections.Counter("".join(texts))
    alphabet = sorted(counted, key=lambda letter: (-counted[letter], letter))[:80]
    tokens, merges = trained(pre_tokenizers.Split(Regex(f"{SPACE}+"), "merged_with_next"), size, texts, alphabet)
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + tokens
    tokens += [token for token in (SPACE * 2, "\n\n") if token not in tokens]
    vocab = {token: i for i, token in enumerate(tokens)}
    return Tokenizer(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True,
                                byte_fallback=True))


def opening(tokenizer, token):
    return processors.TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token} $B",
        special_tokens=[(token, tokenizer.token_to_id(token))])


def specials(*tokens, normalized=False):
    return [AddedToken(token, normalized=normalized, special=True) for token in tokens]


def llama_decoder(strip):
    parts = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(parts + ([decoders.Strip(" ", 1, 0)] if strip else []))


def save(name, tokenizer, byte_of, decoded_of=None):
    """Cases: ids without what the template adds, and the text that they decode to where it differs.
    Broken ones: ids of bytes; the text is what Python replaces in them."""
    decoded_of = decoded_of or (lambda _, ids: tokenizer.decode(ids, skip_special_tokens=False))
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    cases = []
    texts = CASES + MORE + ["a whole \u00e9t\u00e9 whole123 123 wholes"] + random_texts(sum(map(ord, name)), 60)
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        decoded = decoded_of(text, ids)
        cases.append({"text": text, "ids": ids} | ({} if decoded == text else {"decoded": decoded}))
    write(folder, "cases.json", cases)
    broken = [bytes.fromhex(bad) + b"x" for bad in BROKEN]
    write(folder, "broken.json", [
        {"text": bad.decode("utf-8", "replace"), "ids": [byte_of(byte) for byte in bad]} for bad in broken])
    whole = tokenizer.encode("a").ids
    print(f"{name}: {tokenizer.get_vocab_size()} tokens, {len(cases)} texts, 'a' is {whole}")


def by_symbols(tokenizer):
    symbols = byte_symbols()
    return lambda byte: tokenizer.token_to_id(symbols[byte])


def by_tokens(tokenizer):
    return lambda byte: tokenizer.token_to_id(f"<0x{byte:02X}>")


def main():
    llama3 = byte_level("{1,3}", ignore_merges=True)
    llama3.add_special_tokens(specials("<|begin|>", "<|end|>"))
    llama3.post_processor = processors.Sequence(
        [processors.ByteLevel(trim_offsets=False), opening(llama3, "<|begin|>")])
    save("bpe_llama3", llama3, by_symbols(llama3))

    qwen = byte_level("")
    qwen.normalizer = normalizers.NFC()
    qwen.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    qwen.add_special_tokens(specials("<|end|>"))
    qwen.add_tokens([AddedToken("\u00f1", normalized=True)])
    # Hugging Face reads this added token as symbols of bytes in decoding, and so spoils it.
    save("bpe_qwen", qwen, by_symbols(qwen), lambda text, _: unicodedata.normalize("NFC", text))

    llama2 = sentence_piece(200)
    llama2.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    llama2.decoder = llama_decoder(strip=True)
    llama2.add_special_tokens(specials("<unk>", "<s>", normalized=True) + specials("</s>"))
    llama2.post_processor = opening(llama2, "<s>")
    save("bpe_llama2", llama2, by_tokens(llama2))

    mistral = sentence_piece(200)
    mistral.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="first", split=True)
    mistral.decoder = llama_decoder(strip=True)
    mistral.add_special_tokens(specials("<unk>", "<s>", "</s>"))
    mistral.post_processor = opening(mistral, "<s>")
    save("bpe_mistral", mistral, by_tokens(mistral))

    gemma = sentence_piece(200)
    gemma.normalizer = normalizers.Replace(" ", SPACE)
    gemma.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    gemma.decoder = llama_decoder(strip=False)
    gemma.add_special_tokens(specials("<unk>", "<s>", "</s>"))
    gemma.add_tokens([AddedToken(token, normalized=False) for token in ("\n\n", SPACE * 2)])
    gemma.post_processor = opening(gemma, "<s>")
    save("bpe_gemma", gemma, by_tokens(gemma))


if __name__ == "__main__":
    main()
