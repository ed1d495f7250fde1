"""Writes NormalizationData.cs: the Unicode 9.0 normalization tables, the version that the reference tokenizer carries (Python 3.6 has it too)."""
import base64
import sys
import unicodedata
import zlib

assert unicodedata.unidata_version == "9.0.0", "run with Python 3.6"
out = bytearray()


def number(value):
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and not 0xAC00 <= c <= 0xD7A3]
classes = [(c, unicodedata.combining(chr(c))) for c in points if unicodedata.combining(chr(c))]
number(len(classes))
previous = 0
for c, value in classes:
    number(c - previous)
    number(value)
    previous = c
for form, other in (("NFD", None), ("NFKD", "NFD")):
    entries = [(c, unicodedata.normalize(form, chr(c))) for c in points]
    entries = [(c, text) for c, text in entries if text != (unicodedata.normalize(other, chr(c)) if other else chr(c))]
    number(len(entries))
    previous = 0
    for c, text in entries:
        number(c - previous)
        number(len(text))
        for d in text:
            number(ord(d))
        previous = c
pairs = []
for c in points:
    raw = unicodedata.decomposition(chr(c))
    if raw and "<" not in raw and len(raw.split()) == 2 and unicodedata.normalize("NFC", chr(c)) == chr(c):
        pairs.append([int(part, 16) for part in raw.split()] + [c])
number(len(pairs))
for first, second, composed in pairs:
    number(first)
    number(second)
    number(composed)
compress = zlib.compressobj(9, zlib.DEFLATED, -15)
text = base64.b64encode(compress.compress(bytes(out)) + compress.flush()).decode()
with open(sys.argv[1], "w") as f:
    f.write("namespace OrleansInference.Text.Tokenization.Normalizers;\n\n")
    f.write("/// <summary>Unicode 9.0 normalization tables, the version of the reference tokenizer: deflated variable-length numbers in base 64.\n")
    f.write("/// Written by tests/Golden/Text/generate_normalization_data.py.</summary>\n")
    f.write("internal static class NormalizationData\n{\n    public const string Packed =\n")
    lines = [text[i:i + 140] for i in range(0, len(text), 140)]
    f.write(" +\n".join('        "' + line + '"' for line in lines) + ";\n}\n")
