"""A connection of version 2 [13 to 19]: messages in become calls of the room, what the room tells becomes messages out."""

import asyncio
import random

from frames import FRAME_BYTES_MAX, MESSAGES, PREFACE, Fault, StreamFault
from frames import grease, grease_frame, read_frame, read_message, write_frame
from names import CONTROL, look_alike
from room import log

HISTORY = 1  # the capability that we have [15.3]
WAITING_BYTES_MAX = 2 * 1024 * 1024  # for one client: one that does not read is cut off [9.4]
ROSTER_BYTES_MAX = 16_384  # of names in one frame
FRAMES_AT_ONCE, FRAMES_A_SECOND = 20, 10  # what a user sends beyond that is read later [11.2]
FROM_SERVER = {"welcome", "roster", "joined", "left", "said", "line", "page", "notice", "kept", "mail"}


class Version2:
    def __init__(self, room, reader, writer, number, _first):
        self.room, self.reader, self.writer, self.number = room, reader, writer, number
        self.name = None
        self.greeted = self.ended = False
        self.address = writer.get_extra_info("peername")
        self.due = 0.0  # when the frames that were read so far are paid for, at FRAMES_A_SECOND

    async def serve(self):
        self.writer.write(PREFACE)
        capabilities = [HISTORY, grease()]
        hello = {"frameMax": FRAME_BYTES_MAX, "capabilities": capabilities, "agent": "python-server-2", "log": self.room.log}
        self.send("hello", greased=True, **hello)
        self.write(grease_frame())
        while not self.ended:
            try:
                number, body = await read_frame(self.reader)
                if number in MESSAGES:  # Other types are skipped [14.2].
                    self.take(number, body)
            except StreamFault as fault:
                self.refuse(fault)
                self.end("fault")
            await self.writer.drain()  # Who does not read its answers is not read.
            if self.name is not None and not self.ended:
                await self.pay()

    async def pay(self):
        """Waits, if a user sends more than it may. What it sends meanwhile stays in the network."""
        now = asyncio.get_running_loop().time()
        self.due = max(self.due, now - FRAMES_AT_ONCE / FRAMES_A_SECOND) + 1 / FRAMES_A_SECOND
        if self.due > now:
            await asyncio.sleep(self.due - now)

    def take(self, number, body):
        """One frame, by the state of the connection [16.1]. A fault costs its request alone."""
        kind = MESSAGES[number][0]
        if kind == "error":  # Two sides that answered errors would do so for ever.
            return
        try:
            kind, fields = read_message(number, body)
            request = fields.get("request")
            if not self.greeted and kind != "hello":
                raise Fault("no-hello", f"A hello comes before {kind}.", request)
            if kind in FROM_SERVER:
                raise Fault("not-for-server", f"Only a server sends {kind}.", request)
            if self.name is None and kind in ("say", "history"):
                raise Fault("no-name", f"{kind} needs a name: join first.", request)
            getattr(self, f"take_{kind}")(**fields)
        except Fault as fault:
            self.refuse(fault)

    def refuse(self, fault):
        request = {} if fault.request is None else {"request": fault.request}
        log(f"Version 2, {self.address}: {fault.code}")
        self.send("error", code=fault.code, text=CONTROL.sub("\ufffd", fault.text), **request)

    def take_hello(self, frameMax, **_):  # noqa: N803: the protocol's name
        if self.greeted:
            raise Fault("hello-twice", "There was a hello.")
        if frameMax < FRAME_BYTES_MAX:
            raise Fault("frame-max-too-small", f"frameMax is {frameMax}; the least is {FRAME_BYTES_MAX}.")
        self.greeted = True

    def take_join(self, request, name):
        log("Version 2: a join")
        if self.name is not None:
            raise Fault("name-already-named", f"This connection has the name {self.name}.", request)
        if fault := self.room.refusal(name):
            raise Fault(f"name-{fault}", f"The name is refused: {fault}.", request)
        if look_alike(name, self.room.users):
            raise Fault("name-confusable", f"{name} looks like another name.", request)
        self.request = request
        self.room.join(self, name)

    def take_say(self, request, text, to=None):
        log(f"Sender name is {self.name}")
        log(f"Receiver name is {'All' if to is None else to}")
        self.room.say(self, text, to, request)

    def take_history(self, request, **asked):
        try:
            lines, more, gap = self.room.history(self.number, **asked)
        except Fault as fault:
            fault.request = request
            raise
        for line in lines:
            self.send_line(line, request=request)
        flags = {"more": more, "gap": gap}
        self.send("page", request=request, **{name: True for name, holds in flags.items() if holds})

    def take_ping(self, request):
        self.send("pong", request=request)

    def take_pong(self, **_):
        pass

    def take_bye(self, **_):
        self.ended = True

    def welcome(self, sequence, time):  # [16.2]
        self.send("welcome", request=self.request, name=self.name, sequence=sequence, time=time)
        rosters, size = [[]], 0
        for name in self.room.users:
            size += len(name.encode()) + 2
            if size > ROSTER_BYTES_MAX:
                rosters.append([])
                size = len(name.encode()) + 2
            rosters[-1].append(name)
        for names in rosters[:-1]:
            self.send("roster", names=names, more=True)
        self.send("roster", names=rosters[-1])

    def joined(self, name, sequence, time):
        self.send("joined", name=name, sequence=sequence, time=time)

    def left(self, name, sequence, time):
        self.send("left", name=name, sequence=sequence, time=time)

    def said(self, line):
        self.send("said", request=line.request, **place_of(line))

    def line(self, line, _frame):
        self.send_line(line)

    def send_line(self, line, **fields):
        """A line is the same at once and as history, where its author alone gets the nonce [15.1]."""
        fields |= {"from": line.sender, "text": line.text}
        if line.to is not None:
            fields["to"] = line.to
        if "request" in fields and line.request is not None and line.author == self.number:
            fields["nonce"] = line.request
        self.send("line", **place_of(line), **fields)

    def send(self, kind, greased=None, **fields):
        self.write(write_frame(kind, random.randrange(16) == 0 if greased is None else greased, **fields))

    def write(self, frame):
        self.writer.write(frame)
        if self.writer.transport.get_write_buffer_size() > WAITING_BYTES_MAX:
            log(f"Error: {self.address} does not read: queue-full")
            self.writer.transport.abort()

    def stop(self):
        self.end("stopping")

    def end(self, code):
        self.send("bye", code=code)
        self.ended = True


def place_of(line):
    return {"id": line.id, "sequence": line.sequence, "time": line.time}
