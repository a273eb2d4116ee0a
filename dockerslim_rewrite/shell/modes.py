"""File modes as chmod reads them."""

from __future__ import annotations

_WHO = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_PERMISSIONS = {"r": 0o444, "w": 0o222, "x": 0o111, "X": 0o111, "s": 0o6000, "t": 0o1000}


def apply_mode(text: str, mode: int) -> int:
    """Return a directory's mode after `chmod TEXT`; what is not understood changes nothing.

    Source: POSIX chmod, with umask 022 for symbolic modes that name nobody.
    """
    if text.isdigit() and all(digit in "01234567" for digit in text):
        return int(text, 8) & 0o7777
    for clause in text.split(","):
        operator = next((character for character in clause if character in "+-="), None)
        if operator is None:
            continue
        who, _, letters = clause.partition(operator)
        mask = 0
        for letter in who or "a":
            mask |= _WHO.get(letter, 0)
        bits = 0
        for letter in letters:
            bits |= _PERMISSIONS.get(letter, 0)
        bits &= mask if who else mask & ~0o022
        if operator == "+":
            mode |= bits
        elif operator == "-":
            mode &= ~bits
        else:
            mode = (mode & ~mask) | bits
    return mode & 0o7777
