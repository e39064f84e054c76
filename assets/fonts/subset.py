#!/usr/bin/python3
"""Makes the three bundled fonts from Debian's packages; see README.md beside this file.

    subset.py INTER.ttf HACK.ttf NOTO_CJK.ttc FOLDER
"""

import os
import sys
import zlib

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont
from fontTools.varLib import instancer
from fontTools.varLib import instancer

# Latin, Greek, Cyrillic, marks, punctuation, currency, arrows, keys.
RANGES = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x52F), (0x1E00, 0x1FFF), (0x2000, 0x209F),
    (0x20A0, 0x20CF), (0x2100, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2303, 0x2327), (0x232B, 0x232B),
    (0x23CE, 0x23CE), (0x25A0, 0x25FF), (0x2713, 0x2713), (0x2717, 0x2717), (0xFB00, 0xFB06), (0xFFFD, 0xFFFD),
]
# Latin and punctuation: what commands and addresses are made of.
FIXED = [(0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2027), (0x20AC, 0x20AC), (0x2190, 0x2193), (0xFFFD, 0xFFFD)]
# Text is drawn at 420, titles at 620.
WEIGHTS = (400, 700)
# These may stand as emoji: one colour font draws them all, so that colour does not hang on which came first.
EMOJI = {0x203C, 0x2049, *range(0x2194, 0x219A), 0x21A9, 0x21AA, 0x25AA, 0x25AB, 0x25B6, 0x25C0, *range(0x25FB, 0x25FF)}


def gb2312():
    """Every character of GB 2312, and ASCII."""
    found = set(range(0x20, 0x7F))
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([high, low]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    return found


def spread(ranges):
    return {c for first, last in ranges for c in range(first, last + 1)}


def cut(font, characters, path, features):
    options = subset.Options(hinting=False, desubroutinize=False, layout_features=features, notdef_outline=True,
                             name_IDs=[0, 1, 2, 4, 5, 6, 13, 14], glyph_names=False)
    options.drop_tables += ["vhea", "vmtx", "VORG"]  # nothing is written from top to bottom
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    font.save(path)


def pack(path):
    with open(path, "rb") as plain, open(f"{path}.zlib", "wb") as packed:
        packed.write(zlib.compress(plain.read(), 9))
    os.remove(path)


def main():
    inter, hack, noto, folder = sys.argv[1:]
    path = f"{folder}/Inter-subset.ttf"
    cut(TTFont(inter), spread(RANGES) - EMOJI, path, ["kern", "mark", "mkmk", "ccmp", "locl", "calt"])
    instancer.instantiateVariableFont(TTFont(path), {"wght": WEIGHTS}).save(path)
    pack(path)
    cut(TTFont(hack), spread(FIXED), f"{folder}/Hack-subset.ttf", ["ccmp"])
    faces = TTCollection(noto).fonts
    simplified = next(face for face in faces if face["name"].getDebugName(1) == "Noto Sans CJK SC")
    path = f"{folder}/NotoSansSC-gb2312.otf"
    cut(simplified, gb2312(), path, ["ccmp"])
    pack(path)


main()
