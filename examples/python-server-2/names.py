"""Names: what may be one, when two are the same, and when two look alike [4]; and what no text may hold [5.2]. It knows no
connection.
"""

import re
import unicodedata

NAME_BYTES_MAX = 64
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what no text may hold
SHOWS_NOTHING = re.compile(  # Unicode's Default_Ignorable_Code_Point
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
BLANK = re.compile("[\\s\ufeff\u2800\ufffc\U00013441\U00013442\U0001d159]")
# Of Unicode's table of confusables the letters that are drawn as Latin ones: Cyrillic, Greek, and Latin ones themselves. The
# whole table would refuse some more names [4.7].
LOOKS_LIKE = {
    **str.maketrans("аеорсухіјѕһԁԛԝ", "aeopcyxijshdqw"),
    **str.maketrans("АВЕКМНОРСТХІЈЅ", "ABEKMHOPCTXlJS"),
    **str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρ", "ABEZHlKMNOPTYXoavp"),
    **str.maketrans("01I|", "Olll"),
    ord("m"): "rn",
}


def fault_of(name):
    """Why this may be no name: a code of 4.1, the first that holds. None: it may be one."""
    seen = SHOWS_NOTHING.sub("", name)
    kinds = [unicodedata.category(char) for char in BLANK.sub("", seen)]
    if name == "":
        return "empty"
    if re.search("[\ufff9-\ufffb]", name) or {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(char) for char in name}:
        return "control-character"
    if max(len(form.encode()) for form in (name, unicodedata.normalize("NFC", name))) > NAME_BYTES_MAX:
        return "too-long"
    if any(BLANK.fullmatch(char) for form in (name, seen) for char in (form[:1], form[-1:])):
        return "blank-at-an-end"
    if all(kind == "Cf" or kind[0] == "M" for kind in kinds):
        return "shows-nothing"
    return "reserved" if {key_of(name), key_of(BLANK.sub("", name))} & {"all", "server"} else None


def key_of(name):
    """Two names are the same when their keys are equal [4.3]."""
    seen = SHOWS_NOTHING.sub("", unicodedata.normalize("NFD", name))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def looks_of(name):
    """Two names look alike when they have one of these in common [4.7]."""
    return {skeleton_of(form) for form in (name, name.lower(), name.upper())}


def skeleton_of(name):
    seen = SHOWS_NOTHING.sub("", unicodedata.normalize("NFD", name))
    return unicodedata.normalize("NFD", seen.translate(LOOKS_LIKE))


def look_alike(name, users):
    """Whether a name looks like a user's or a reserved one, as it is or without blanks."""
    reserved = looks_of("All") | looks_of("Server")
    is_reserved = bool((looks_of(name) | looks_of(BLANK.sub("", name))) & reserved)
    return is_reserved or any(looks_of(name) & looks_of(user) for user in users)
