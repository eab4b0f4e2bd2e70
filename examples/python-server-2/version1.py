"""A connection of version 1 [1 to 12]: bytes in become frames, what the room tells becomes frames out, one by one."""

import asyncio
import contextlib
import re

from names import CONTROL, NAME_BYTES_MAX
from room import log

PROPOSAL, ACK, NAK, UPDATE, MESSAGE = range(1, 6)
FIXED_BYTES = {PROPOSAL: 65, ACK: 65, NAK: 65, MESSAGE: 129}  # the type byte and the name fields
TEXT_BYTES_MAX = 3967
LIST_NAMES_MAX = 63  # as many as the report's client reads at once [7.4]
WAITING_FRAMES_MAX = 1024  # for one client: one that does not read is cut off [9.4]
GAP_S = 0.020  # between two frames to one client [9.2]
SEGMENT_SILENCE_S = 0.010  # ends a frame, since none tells its length [8.4]
PADDING_SILENCE_S = 0.500  # ends a frame that lacks part of a name [8.4]
# A frame whose end is certain [8.2]: a text holds no type byte. The + behind a quantifier gives back nothing it matched.
WHOLE_FRAME = re.compile(
    rb"(?s)[\x01-\x03].{64}"  # types 1 to 3: 65 bytes, whatever they are
    rb"|\x05.{128}[^\x01-\x05]{0,3967}+(?=.)"  # type 5: to a type byte behind the names, at most 4096 bytes
    rb"|[^\x01-\x03\x05][^\x01-\x05]{0,4095}+(?=.)",  # what no client sends: likewise
)


def name_field(name):
    return name.encode().ljust(NAME_BYTES_MAX, b"\0")


def read_name(field):
    return field.rstrip(b"\0").decode(errors="surrogateescape")


class Version1:
    def __init__(self, room, reader, writer, number, first):
        self.room, self.reader, self.writer, self.number, self.first = room, reader, writer, number, first
        self.name = None
        self.address = writer.get_extra_info("peername")
        writer.transport.set_write_buffer_limits(0)  # so that drain() waits until the frame is gone
        self.waiting = asyncio.Queue(WAITING_FRAMES_MAX)

    async def serve(self):
        writing = asyncio.create_task(self.write_waiting())
        try:
            async for frame in self.frames():
                self.take(frame)
        finally:
            writing.cancel()

    async def frames(self):
        """Every frame that the client sends until it leaves, however TCP merged or split them."""
        held = self.first
        while True:
            while whole := WHOLE_FRAME.match(held):
                yield whole[0]
                held = held[whole.end() :]
            fixed = FIXED_BYTES.get(held[0], 1) if held else 0
            silence = SEGMENT_SILENCE_S if len(held) >= fixed else PADDING_SILENCE_S
            try:
                async with asyncio.timeout(silence if held else None):
                    read = await self.reader.read(4096)
                if read == b"":
                    break
                held += read
            except TimeoutError:
                yield held.ljust(fixed, b"\0")
                held = b""
        if held and len(held) >= fixed:
            yield held

    def take(self, frame):
        log(f"New message received. Message type: {frame[0]}")
        if frame[0] not in (PROPOSAL, MESSAGE):
            return log("Error: Invalid message type.")
        log(f"Parsing packet type {frame[0]} from {self.address}")
        return self.propose(frame[1:]) if frame[0] == PROPOSAL else self.forward(frame)

    def propose(self, field):
        name = read_name(field)
        log(f"A username is received: {name}")
        if self.name is not None or self.room.refusal(name):
            self.send(bytes([NAK]) + field)
            return log(f"Sending packet type 3 to {self.address}")
        return self.room.join(self, name)

    def forward(self, frame):
        sender, receiver, text = read_name(frame[1:65]), read_name(frame[65:129]), frame[129:].rstrip(b"\0")
        log(f"Sender name is {sender}")
        log(f"Receiver name is {receiver}")
        if sender not in self.room.users:
            return log("Error: Invalid sender name.")
        if sender != self.name:
            return log("Error: mismatch of username and connection.")
        if receiver != "All" and receiver not in self.room.users:
            return log("Error: Invalid receiver name.")
        try:
            text = text.decode()
        except UnicodeDecodeError:
            return log("Error: Invalid text.")
        if CONTROL.search(text):
            return log("Error: Invalid text.")
        return self.room.say(self, text, receiver, frame=frame)

    def welcome(self, *_):
        self.send(bytes([ACK]) + name_field(self.name))
        log(f"Sending packet type 2 to {self.address}")
        self.update()

    def joined(self, *_):
        self.update()

    def left(self, *_):
        self.update()

    def update(self):
        self.send(bytes([UPDATE]) + b"".join(map(name_field, list(self.room.users)[:LIST_NAMES_MAX])))

    def said(self, _line):
        """Version 1 has no answer to a text."""

    def line(self, line, frame):
        """A line of version 2 may be longer than a frame: it becomes as many as it takes [17]."""
        header = bytes([MESSAGE]) + name_field(line.sender) + name_field(line.to or "All")
        for piece in [frame] if frame else (header + text for text in pieces(line.text.encode())):
            self.send(piece)

    def send(self, frame):
        if self.waiting.full():
            return self.writer.transport.abort()
        return self.waiting.put_nowait(frame)

    async def write_waiting(self):
        with contextlib.suppress(OSError):
            while True:
                self.writer.write(await self.waiting.get())
                await self.writer.drain()
                await asyncio.sleep(GAP_S)

    def stop(self):
        """The end of the connection is all that version 1 says [7.1]."""


def pieces(data):
    """UTF-8 in pieces that fit a frame, with no character cut."""
    while len(data) > TEXT_BYTES_MAX:
        end = TEXT_BYTES_MAX
        while data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[:end]
        data = data[end:]
    yield data
