"""The bytes of version 2: numbers, fields, frames [14, 15]. It knows nothing of the room, and no connection.

Numbers in brackets are clauses of PROTOCOL.md. Whatever comes in is a message or one Fault.
"""

import random

from names import CONTROL

PREFACE = b"HOWDY/2\n"  # [13.1]
NUMBER_MAX = 2**53 - 1
FRAME_BYTES_MAX = 17_408  # of fields: what every peer takes; we take no more [14.3]
TEXT_BYTES_MAX = 16_384
OPAQUE_BYTES_MAX = 32
FIELDS = {  # tag: field, value [15.1]
    1: ("request", "opaque"), 2: ("to", "string"), 3: ("agent", "string"), 4: ("before", "opaque"),
    5: ("frameMax", "number"), 6: ("after", "opaque"), 7: ("capabilities", "numbers"), 9: ("log", "opaque"),
    11: ("name", "string"), 13: ("names", "strings"), 15: ("more", "flag"), 17: ("id", "opaque"),
    19: ("sequence", "number"), 21: ("time", "number"), 23: ("from", "string"), 25: ("text", "text"),
    27: ("nonce", "opaque"), 29: ("limit", "number"), 31: ("gap", "flag"), 35: ("code", "string"),
}  # fmt: skip
MESSAGES = {  # type: message, what it has, what it may have [15.2]; none of accounts, search and marks, which we do not name
    1: ("hello", "frameMax capabilities", "agent log"), 2: ("join", "request name", ""),
    3: ("welcome", "request name sequence time", ""), 4: ("roster", "names", "more"),
    5: ("joined", "name sequence time", ""), 6: ("left", "name sequence time", ""),
    7: ("say", "request text", "to"), 8: ("said", "request id sequence time", ""),
    9: ("line", "id sequence time from text", "to request nonce"), 10: ("history", "request", "before after limit"),
    11: ("page", "request", "more gap id"), 12: ("ping", "request", ""), 13: ("pong", "request", ""),
    14: ("bye", "code", "text"), 15: ("error", "code text", "request"), 16: ("notice", "code text", ""),
    17: ("kept", "request", ""), 18: ("mail", "time from text", "to"),
}  # fmt: skip
TAG_OF = {name: (tag, form) for tag, (name, form) in FIELDS.items()}
TYPE_OF = {kind: number for number, (kind, *_) in MESSAGES.items()}


class Fault(Exception):
    """Why a request cannot be served: a code for programs, a text for people [18]."""

    def __init__(self, code, text, request=None):
        super().__init__(code)
        self.code, self.text, self.request = code, text, request


class StreamFault(Fault):
    """Where the next frame begins cannot be known: the connection ends [18.2]."""


def grease():
    """A number that never means anything [14.4]."""
    return 62 * random.randrange(1000) + 33


def write_number(value):  # [14.1]
    size = 1 if value < 2**6 else 2 if value < 2**14 else 4 if value < 2**30 else 8
    return (value | {1: 0, 2: 1, 4: 2, 8: 3}[size] << 8 * size - 2).to_bytes(size, "big")


def write_value(form, value):
    if form == "number":
        return write_number(value)
    if form == "numbers":
        return b"".join(map(write_number, value))
    if form == "strings":
        return b"".join(write_number(len(item)) + item for item in map(str.encode, value))
    return {"flag": lambda _: b"", "opaque": bytes}.get(form, str.encode)(value)


def write_frame(kind, greased=False, **fields):  # [14.2]
    parts = [(TAG_OF[name][0], write_value(TAG_OF[name][1], value)) for name, value in fields.items()]
    parts += [(grease(), random.randbytes(3))] if greased else []
    body = b"".join(write_number(tag) + write_number(len(value)) + value for tag, value in parts)
    return write_number(TYPE_OF[kind]) + write_number(len(body)) + body


def grease_frame():
    body = random.randbytes(5)
    return write_number(grease()) + write_number(len(body)) + body


async def read_number(stream):
    first = await stream.readexactly(1)
    data = first + await stream.readexactly((1 << (first[0] >> 6)) - 1)
    return number_at(data, 0, "field-cut", StreamFault)[0]


async def read_frame(stream):
    """The next frame's type and fields. StreamFault: it cannot be cut. IncompleteReadError: the stream has ended [13.5]."""
    number, length = await read_number(stream), await read_number(stream)
    if length > FRAME_BYTES_MAX:
        raise StreamFault("frame-too-long", f"A frame has {length} bytes of fields; this server takes {FRAME_BYTES_MAX}.")
    return number, await stream.readexactly(length)


def number_at(data, at, code, fault=Fault):
    """The number at an offset, and the offset behind it. `code` is the fault of one that is cut."""
    size = 1 << (data[at] >> 6) if at < len(data) else 1
    if at + size > len(data):
        raise fault(code, "A number goes on behind the end of what holds it.")
    value = int.from_bytes(data[at : at + size], "big") & (1 << 8 * size - 2) - 1
    if value > NUMBER_MAX:
        raise fault("number-too-big", f"The number {value} is over 2^53 - 1.")
    return value, at + size


def read_message(number, body):
    """A message's name and fields. Fault: the first one in the order of the bytes; a missing field comes last [18.1]."""
    kind, needed, optional = MESSAGES[number]
    fields, tags, at = {}, set(), 0
    try:
        while at < len(body):
            tag, at = number_at(body, at, "field-cut")
            name, form = FIELDS.get(tag, (None, None))
            belongs = name in (needed + " " + optional).split()
            if tag in tags:
                raise Fault("field-twice", f"The tag {tag} stands in the frame twice.")
            if not belongs and tag % 2 == 0:  # An odd one may be ignored [14.2].
                raise Fault("field-unknown", f"The tag {tag} must be understood, and does not belong to {kind}.")
            tags.add(tag)
            length, at = number_at(body, at, "field-cut")
            if at + length > len(body):
                raise Fault("field-cut", f"The field with the tag {tag} goes on behind the end of its frame.")
            if belongs:
                fields[name] = read_value(name, form, body[at : at + length])
            at += length
    except Fault as fault:
        fault.request = fields.get("request")
        raise
    for name in needed.split():
        if name not in fields:
            raise Fault("field-missing", f"{kind} needs {name}.", fields.get("request"))
    return kind, fields


def read_value(name, form, data):
    unfit = Fault("field-value", f"The value of {name} is no {form}.")
    if form == "number":
        value, end = number_at(data, 0, "field-value")
        if end < len(data):
            raise unfit
        return value
    if form in ("numbers", "strings"):
        return list(read_items(form, data))
    if form == "opaque" and not 1 <= len(data) <= OPAQUE_BYTES_MAX or form == "flag" and data:
        raise unfit
    return data if form in ("opaque", "flag") else read_string(form, data)


def read_items(form, data):
    at = 0
    while at < len(data):
        value, at = number_at(data, at, "field-value")
        if form == "strings":
            if at + value > len(data):
                raise Fault("field-value", "A string goes on behind the end of its field.")
            value, at = read_string("string", data[at : at + value]), at + value
        yield value


def read_string(form, data):
    if form == "text" and len(data) > TEXT_BYTES_MAX:
        raise Fault("text-too-long", f"The text has {len(data)} bytes; it may have {TEXT_BYTES_MAX}.")
    try:
        value = data.decode()
    except UnicodeDecodeError:
        raise Fault("not-utf8", f"A {form} is not UTF-8.") from None
    if form == "text" and CONTROL.search(value):
        raise Fault("text-with-control", "The text holds a control character; it may have tab and newline.")
    return value
