#!/usr/bin/python3
"""Makes the two bundled fonts from Debian's packages; see README.md beside this file.

    subset.py INTER.ttf NOTO_CJK.ttc FOLDER
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

# Latin, Greek, Cyrillic, marks, punctuation, currency, arrows, keys.
RANGES = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x52F), (0x1E00, 0x1FFF), (0x2000, 0x209F),
    (0x20A0, 0x20CF), (0x2100, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2303, 0x2327), (0x232B, 0x232B),
    (0x23CE, 0x23CE), (0x25A0, 0x25FF), (0x2713, 0x2713), (0x2717, 0x2717), (0xFB00, 0xFB06), (0xFFFD, 0xFFFD),
]
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


def cut(font, characters, path, features):
    options = subset.Options(hinting=False, desubroutinize=False, layout_features=features, notdef_outline=True,
                             name_IDs=[0, 1, 2, 4, 5, 6, 13, 14], glyph_names=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    font.save(path)


def main():
    inter, noto, folder = sys.argv[1:]
    latin = {c for first, last in RANGES for c in range(first, last + 1)} - EMOJI
    cut(TTFont(inter), latin, f"{folder}/Inter-subset.ttf", ["kern", "mark", "mkmk", "ccmp", "locl", "calt"])
    faces = TTCollection(noto).fonts
    simplified = next(face for face in faces if face["name"].getDebugName(1) == "Noto Sans CJK SC")
    cut(simplified, gb2312(), f"{folder}/NotoSansSC-gb2312.otf", ["kern", "ccmp"])


main()
