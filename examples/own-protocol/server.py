"""A server of Shout: server.py ADDRESS PORT."""

import socketserver
import sys
import threading

users = {}  # A name: the file that its connection is written by.
lock = threading.Lock()


def tell(names, line):
    for name in names:
        users[name].write(f"{line}\n".encode())


class Client(socketserver.StreamRequestHandler):
    name = None

    def handle(self):
        for line in self.rfile:
            with lock:
                self.take(line.decode(errors="replace").rstrip("\n"))

    def take(self, line):
        word, _, rest = line.partition(" ")
        if word == "HELLO" and self.name is None:
            self.hello(rest)
        elif self.name is not None and word == "ALL":
            tell(users, f"SAID {self.name} {rest}")
        elif self.name is not None and word == "TO":
            to, _, text = rest.partition(" ")
            if to in users:
                tell([to], f"TOLD {self.name} {text}")
            else:
                tell([self.name], f"NOBODY {to}")

    def hello(self, name):
        if name in users or not name.isalnum():
            self.wfile.write(f"TAKEN {name}\n".encode())
            return
        tell(users, f"CAME {name}")
        self.name = name
        users[name] = self.wfile
        tell([name], f"WELCOME {name}")
        print(f"{name} came", flush=True)

    def finish(self):
        with lock:
            if self.name is not None:
                del users[self.name]
                tell(users, f"WENT {self.name}")
                print(f"{self.name} went", flush=True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server((sys.argv[1], int(sys.argv[2])), Client) as server:
    print("shouting", flush=True)
    server.serve_forever()
