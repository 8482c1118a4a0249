"""Writes decode-vectors.json: words on the wire and what they mean, made by Python's struct, not by our decoder.
   python3 test/vectors/make-decode-vectors.py > test/vectors/decode-vectors.json"""
import decimal
import json
import random
import struct

random.seed(20261122)
# Letters of the big-endian value in the order they come over the wire; gateway/device.ts names them so.
ORDERS = {
    2: {"big": "AB", "ABCD": "AB", "word-swapped": "AB", "CDAB": "AB", "byte-swapped": "BA", "BADC": "BA", "little": "BA", "DCBA": "BA"},
    4: {"big": "ABCD", "ABCD": "ABCD", "word-swapped": "CDAB", "CDAB": "CDAB", "half-swapped": "CDAB", "byte-swapped": "BADC", "BADC": "BADC",
        "little": "DCBA", "DCBA": "DCBA", "half-byte-swapped": "DCBA"},
    6: {"big": "ABCDEF", "word-swapped": "EFCDAB", "byte-swapped": "BADCFE", "little": "FEDCBA"},
    8: {"big": "ABCDEFGH", "word-swapped": "GHEFCDAB", "byte-swapped": "BADCFEHG", "little": "HGFEDCBA", "half-swapped": "EFGHABCD",
        "half-byte-swapped": "FEHGBADC"},
}
vectors = []


def add(kind, order, big, value):
    letters = ORDERS[len(big)][order]
    wire = bytes(big["ABCDEFGH".index(letter)] for letter in letters)
    words = [int.from_bytes(wire[at:at + 2], "big") for at in range(0, len(wire), 2)]
    vectors.append({"type": kind, "order": order, "words": words, "value": value})


def sized(bits, signed):
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return [low, high, 0, 1, low + 1, high - 1] + [random.randint(low, high) for _ in range(3)]


for bits in (16, 32, 48, 64):
    for signed in (True, False):
        for order in ORDERS[bits // 8]:
            for value in sized(bits, signed):
                name = ("int" if signed else "uint") + str(bits)
                # A double holds whole numbers to 2^53; above, the nearest one is meant, which float() gives.
                add(name, order, value.to_bytes(bits // 8, "big", signed=signed), float(value) if abs(value) > 2**53 else value)
for name, code, size in (("float16", ">e", 2), ("float32", ">f", 4), ("float64", ">d", 8)):
    for order in ORDERS[size]:
        for value in (0.0, -1.5, 230.1, 50.0, 6.1e-5, -65504.0 if size == 2 else -1.2e30, random.uniform(-1000, 1000)):
            big = struct.pack(code, value)
            add(name, order, big, struct.unpack(code, big)[0])
for name, digits in (("bcd16", 4), ("bcd32", 8), ("bcd64", 16)):
    for order in ORDERS[digits // 2]:
        for value in (0, 10**digits - 1, random.randrange(10**digits)):
            add(name, order, bytes.fromhex(str(value).zfill(digits)), float(value) if value > 2**53 else value)
for name, words in (("mod10000-32", 2), ("mod10000-48", 3), ("mod10000-64", 4)):
    for order in ORDERS[words * 2]:
        for value in (0, 10**(4 * words) - 1, random.randrange(10**(4 * words))):
            text = str(value).zfill(4 * words)
            big = b"".join(struct.pack(">H", int(text[at:at + 4])) for at in range(0, len(text), 4))
            add(name, order, big, float(value) if value > 2**53 else value)


def sized_magnitude(bits):
    top = (1 << bits - 1) - 1
    return [0, 1, -1, top, -top, random.randint(0, top), -random.randint(1, top)]


# The first bit is the sign, the others the number.
for bits in (16, 32):
    for order in ORDERS[bits // 8]:
        for value in sized_magnitude(bits):
            word = abs(value) | ((1 << bits - 1) if value < 0 else 0)
            add(f"sign-magnitude-{bits}", order, word.to_bytes(bits // 8, "big"), value)
# Packed BCD whose first digit F is the minus.
for name, digits in (("signed-bcd16", 4), ("signed-bcd32", 8), ("signed-bcd64", 16)):
    for order in ORDERS[digits // 2]:
        for value in (0, 10**digits - 1, -1, -(10 ** (digits - 1) - 1), -random.randrange(10 ** (digits - 1))):
            text = ("F" + str(-value).zfill(digits - 1)) if value < 0 else str(value).zfill(digits)
            add(name, order, bytes.fromhex(text), float(value) if abs(value) > 2**53 else value)
# Groups of four digits, each a signed 16-bit word with the sign of the whole.
for name, words in (("signed-mod10000-32", 2), ("signed-mod10000-48", 3), ("signed-mod10000-64", 4)):
    for order in ORDERS[words * 2]:
        for value in (0, 1, -1, 10**(4 * words) - 1, -(10**(4 * words) - 1), -random.randrange(10**(4 * words))):
            text = str(abs(value)).zfill(4 * words)
            sign = -1 if value < 0 else 1
            big = b"".join(struct.pack(">h", sign * int(text[at:at + 4])) for at in range(0, len(text), 4))
            add(name, order, big, float(value) if abs(value) > 2**53 else value)
# Eight bits of decimal exponent, 24 bits of mantissa; decimal gives the nearest double of the exact number.
for name, signed in (("decimal32", True), ("udecimal32", False)):
    for order in ORDERS[4]:
        for exponent, mantissa in ((-3, 123456), (-2, 12345), (0, 7), (3, 42), (-4, -8388608 if signed else 16777215), (-1, -1 if signed else 1)):
            big = struct.pack(">b", exponent) + mantissa.to_bytes(3, "big", signed=signed)
            add(name, order, big, float(decimal.Decimal(mantissa).scaleb(exponent)))
print("[\n" + ",\n".join(json.dumps(vector) for vector in vectors) + "\n]")
