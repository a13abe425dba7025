"""The characters that show nothing: text may hide in them, or look like other text.

They are those that Unicode has renderers ignore (Default_Ignorable_Code_Point in DerivedCoreProperties.txt), but for
the joiners U+200C and U+200D and the selectors U+FE0E and U+FE0F, which Persian, Hindi and many emoji cannot be written
without, and the annotation marks U+FFF9 to U+FFFB.
"""

from __future__ import annotations

#: The inside of a character class of a pattern.
UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
