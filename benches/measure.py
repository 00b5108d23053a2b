#!/usr/bin/env python3
"""Takes one measurement for newsroom.sh and prints its figures on one line; times in seconds, memory in 10^6 bytes.

usage: measure.py start BINARY DATA STATE               seconds from exec to the first 200, resident then, peak till then
       measure.py edits BINARY DATA STATE ITEM COUNT    p50, p99 and maximum from close() to served, how many came in time
       measure.py build LOG COMMAND...                  seconds, peak

tidings is started on a port of 127.0.0.1 that the system chooses, and stopped at the end whatever happens.
"""
import contextlib
import http.client
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

FEED = "/rss.xml"
START_SECONDS_MAX = 600
STOP_SECONDS_MAX = 15
QUIET_SECONDS_MAX = 120
BUILD_SECONDS_MAX = 1800
EDIT_SECONDS_MAX = 5
# Feeds date their versions to the second, so a second version within one second would wait for the next.
EDIT_EVERY_SECONDS = 1.1
# So many edits that no reader sees, before any that one sees, and the rest is not tried.
VAIN_EDITS_MAX = 3


@contextlib.contextmanager
def serving(binary, data, state):
    """A running tidings: its process, a connection to it, and the instant just before it was started."""
    command = [binary, "serve", data, "--state", state, "--listen", "127.0.0.1:0"]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TIDINGS_LOG": "error"})
    watchdog = threading.Timer(START_SECONDS_MAX, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            sys.exit(f"{binary} did not start")
        address = urllib.parse.urlsplit(line.removeprefix("listening on ").strip())
        with contextlib.closing(http.client.HTTPConnection(address.hostname, address.port, timeout=10)) as connection:
            while ask(connection)[0] != 200:
                pass
            watchdog.cancel()
            yield process, connection, began
    finally:
        watchdog.cancel()
        process.terminate()
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ask(connection, tag=None):
    """Status, entity tag and body of the feed, on the connection that is open."""
    connection.request("GET", FEED, headers={"If-None-Match": tag} if tag else {})
    response = connection.getresponse()
    return response.status, response.getheader("etag"), response.read()


def memory(process):
    """Resident and peak memory of a process until now, in 10^6 bytes."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        status = file.read()
    return [int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM")]


def start(binary, data, state):
    with serving(binary, data, state) as (process, _, began):
        # `serving` comes back with the first 200.
        seconds = time.perf_counter() - began
        resident, peak = memory(process)
    print(f"{seconds:.4f} {resident:.1f} {peak:.1f}")


def wait_until_quiet(process):
    """Waits until a process uses no processor time, so that what follows a start is not measured with the first edit."""
    until = time.monotonic() + QUIET_SECONDS_MAX
    before, ticks = None, processor_ticks(process)
    while ticks != before and time.monotonic() < until:
        time.sleep(1)
        before, ticks = ticks, processor_ticks(process)


def processor_ticks(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def edits(binary, data, state, item, count):
    with open(item, encoding="utf-8", newline="") as file:
        text = file.read()
    taken, missed = [], 0
    try:
        with serving(binary, data, state) as (process, connection, _):
            wait_until_quiet(process)
            _, tag, _ = ask(connection)
            for number in range(int(count)):
                title = f"Edit {number} of the measurement"
                written = time.perf_counter()
                closed = save(item, retitled(text, title))
                tag, seen = wait_until_served(connection, tag, title, closed + EDIT_SECONDS_MAX)
                if seen is None:
                    missed += 1
                    if not taken and missed == VAIN_EDITS_MAX:
                        break
                else:
                    taken.append(seen - closed)
                time.sleep(max(0, written + EDIT_EVERY_SECONDS - time.perf_counter()))
    finally:
        save(item, text)
    if missed:
        print(f"{missed} of {len(taken) + missed} edits not served within {EDIT_SECONDS_MAX} s", file=sys.stderr)
    if not taken:
        sys.exit(1)
    taken.sort()
    print(f"{rank(taken, 0.5):.5f} {rank(taken, 0.99):.5f} {taken[-1]:.5f} {len(taken)}")


def save(path, text):
    """Writes a file in its place; the instant just after it was closed."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return time.perf_counter()


def retitled(text, title):
    return re.sub(r"(?m)^title = .*$", f'title = "{title}"', text, count=1)


def wait_until_served(connection, tag, title, until):
    """Asks on and on, as a reader does, with the last entity tag, until the feed has the title: the tag and the instant."""
    while time.perf_counter() < until:
        status, new_tag, body = ask(connection, tag)
        seen = time.perf_counter()
        if status == 200:
            tag = new_tag
            if title.encode() in body:
                return tag, seen
    return tag, None


def rank(ordered, share):
    """The value that so large a share of the values does not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1]


def build(log, *command):
    with open(log, "wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=output)
        watchdog = threading.Timer(BUILD_SECONDS_MAX, process.kill)
        watchdog.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            watchdog.cancel()
            if process.returncode is None:
                process.kill()
                process.wait()
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    print(f"{seconds:.3f} {usage.ru_maxrss * 1024 / 1e6:.1f}")


def main():
    commands = {"start": start, "edits": edits, "build": build}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    # A stop from outside takes the same way out as an end, past every `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    commands[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
