"""A small client of HCP version 2 in Python's standard library, written from part 2 of PROTOCOL.md. Numbers in brackets are
its clauses. It shows what was said before, then what is said; each line that is typed is said to everybody.

    python3 client.py HOST PORT NAME
    /to NAME TEXT    whispers           /more    shows older lines           /quit    leaves
"""

import io
import os
import re
import socket
import sys
import threading

PREFACE = b"HOWDY/2\n"  # [13.1]
ANSWER_S = 2  # without an answer for so long the server speaks version 1 [13.4]
FRAME_BYTES_MAX = 32_768  # what we take, told in our hello [14.3]
HISTORY = 1  # a capability [15.3]
PAGE_LINES = 20
TYPES = "hello join welcome roster joined left say said line history page ping pong bye error notice kept mail".split()
TYPE_OF = {kind: number for number, kind in enumerate(TYPES, 1)}  # [15.2]
FIELDS = {  # tag, value [15.1]
    "request": (1, "opaque"), "to": (2, "string"), "agent": (3, "string"), "before": (4, "opaque"),
    "frameMax": (5, "number"), "after": (6, "opaque"), "capabilities": (7, "numbers"), "log": (9, "opaque"),
    "name": (11, "string"), "names": (13, "strings"), "more": (15, "flag"), "id": (17, "opaque"),
    "sequence": (19, "number"), "time": (21, "number"), "from": (23, "string"), "text": (25, "string"),
    "nonce": (27, "opaque"), "limit": (29, "number"), "gap": (31, "flag"), "code": (35, "string"),
}
NAME_OF = {tag: name for name, (tag, _) in FIELDS.items()}


def write_number(value):  # [14.1]
    size = 1 if value < 2**6 else 2 if value < 2**14 else 4 if value < 2**30 else 8
    return (value | {1: 0, 2: 1, 4: 2, 8: 3}[size] << 8 * size - 2).to_bytes(size, "big")


def read_number(stream):
    first = stream.read(1)
    if not first:
        raise EOFError
    size = 1 << (first[0] >> 6)
    return int.from_bytes(bytes([first[0] & 63]) + stream.read(size - 1), "big")


def write_frame(kind, **fields):  # [14.2]
    body = b""
    for name, value in fields.items():
        tag, form = FIELDS[name]
        if form == "number":
            value = write_number(value)
        elif form == "numbers":
            value = b"".join(map(write_number, value))
        elif form == "string":
            value = value.encode()
        body += write_number(tag) + write_number(len(value)) + value
    return write_number(TYPE_OF[kind]) + write_number(len(body)) + body


def read_value(form, data):
    stream, items = io.BytesIO(data), []
    while form in ("numbers", "strings") and stream.tell() < len(data):
        number = read_number(stream)
        items.append(stream.read(number).decode() if form == "strings" else number)
    if form == "number":
        return read_number(stream)
    return data.decode() if form == "string" else data if form in ("opaque", "flag") else items


def read_fields(body):
    """The fields that we know. ValueError: one must be understood, and is not."""
    fields, stream = {}, io.BytesIO(body)
    while stream.tell() < len(body):
        tag = read_number(stream)
        value = stream.read(read_number(stream))
        if tag in NAME_OF:
            fields[NAME_OF[tag]] = read_value(FIELDS[NAME_OF[tag]][1], value)
        elif tag % 2 == 0:  # An odd one may be ignored [14.2].
            raise ValueError(f"field-unknown: {tag}")
    return fields


class Client:
    def __init__(self, host, port, name):
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # [2.4]
        self.stream = self.socket.makefile("rb")
        self.name = name
        self.seen = set()  # ids: a line that comes twice is shown once [16.3]
        self.oldest, self.page, self.users = None, [], []

    def open(self):
        self.socket.sendall(PREFACE)
        self.socket.settimeout(ANSWER_S)
        try:
            assert self.stream.read(len(PREFACE)) == PREFACE, "the server answers in another protocol"
        except TimeoutError:
            sys.exit("The server does not answer: it speaks version 1 only.")
        self.socket.settimeout(None)
        self.send("hello", frameMax=FRAME_BYTES_MAX, capabilities=[HISTORY], agent="python-client-2")
        self.send("join", request=b"join", name=self.name)

    def frames(self):
        while True:
            type_number = read_number(self.stream)
            length = read_number(self.stream)
            if length > FRAME_BYTES_MAX:
                raise EOFError  # [18.2]
            body = self.stream.read(length)
            if type_number <= len(TYPES):  # Other types are skipped [14.2].
                yield TYPES[type_number - 1], read_fields(body)

    def send(self, kind, **fields):
        self.socket.sendall(write_frame(kind, **fields))

    def ask_history(self):
        before = {} if self.oldest is None else {"before": self.oldest}
        self.send("history", request=b"history", limit=PAGE_LINES, **before)

    def run(self):
        try:
            for kind, fields in self.frames():
                getattr(self, f"on_{kind}", lambda _: None)(fields)
        except (EOFError, OSError):
            show("* The connection has ended.")
        os._exit(0)

    def on_roster(self, fields):  # [16.2]
        self.users += fields["names"]
        if "more" not in fields:
            show("* Here are:", ", ".join(self.users))
            self.ask_history()

    def on_joined(self, fields):
        show("*", fields["name"], "joined")

    def on_left(self, fields):
        show("*", fields["name"], "left")

    def on_line(self, fields):
        if "request" in fields:  # A line of a page: it is shown with the others.
            self.page.append(fields)
        else:
            self.show_line(fields)

    def on_page(self, fields):  # [16.4]
        self.oldest = self.page[0]["id"] if self.page else self.oldest
        for line in self.page:
            self.show_line(line)
        show("* There is more: /more" if "more" in fields else "* That is all.")
        self.page = []

    def show_line(self, fields):
        if fields["id"] not in self.seen:
            self.seen.add(fields["id"])
            show(fields["from"] + (f" > {fields['to']}:" if "to" in fields else ":"), fields["text"])

    def on_mail(self, fields):
        show(fields["from"], "left word:", fields["text"])

    def on_error(self, fields):
        show("* Error", fields["code"] + ":", fields["text"])
        if fields.get("request") == b"join":
            os._exit(1)

    def on_notice(self, fields):
        show("* The server says:", fields["text"])

    def on_ping(self, fields):
        self.send("pong", request=fields["request"])

    def on_bye(self, fields):
        show("* The server says bye:", fields["code"], fields.get("text", ""))


def show(*words):
    print(re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", " ".join(words)), flush=True)


def main():
    client = Client(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    client.open()
    threading.Thread(target=client.run, daemon=True).start()
    for line in map(str.rstrip, sys.stdin):
        whisper = re.fullmatch(r"/to (\S+) (.*)", line)
        if line == "/quit":
            break
        if line == "/more":
            client.ask_history()
        elif whisper:
            client.send("say", request=os.urandom(8), to=whisper[1], text=whisper[2])  # [16.3]
        else:
            client.send("say", request=os.urandom(8), text=line)
    client.send("bye", code="leaving")  # [16.5]
    threading.Event().wait(ANSWER_S)  # The server ends the connection, and listen() the program.


if __name__ == "__main__":
    main()
