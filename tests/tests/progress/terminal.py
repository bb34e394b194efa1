"""Runs a program at a terminal of its own, and passes on what it writes there.

Arguments: a file for the program's standard output; the number of columns; a text at which Ctrl-C is pressed once, or
nothing; the program and its arguments.
"""

import fcntl
import os
import pty
import struct
import sys
import termios

stdout, columns, until, *command = sys.argv[1:]
process, terminal = pty.fork()
if process == 0:
    os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    size = struct.pack("HHHH", 24, int(columns), 0, 0)
    fcntl.ioctl(2, termios.TIOCSWINSZ, size)
    os.execv(command[0], command)

seen, awaited = b"", until.encode()
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        # Linux says so when nobody has the other end any more.
        break
    if not data:
        break
    seen += data
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    if awaited and awaited in seen:
        awaited = b""
        os.write(terminal, b"\x03")
_, status = os.waitpid(process, 0)
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
