'''The channel to the engine: lines of JSON, on private copies of the standard descriptors.'''

import json
import os
import signal
import sys
import threading

#: The most bytes of a frame.
LINE = 8 * 1024 * 1024


class Unsendable(Exception):
    '''Something that JSON cannot carry, or that is too large or too deep.'''


def take_channel(interrupts):
    '''Moves descriptors 0 and 1 to where no child inherits them.

    Afterwards 0 is at its end and 1 is standard error: whatever a class, a library in C or a child prints or reads,
    frames are not touched.
    '''
    read = os.fdopen(os.dup(0), 'rb', buffering=1 << 20)
    write = os.fdopen(os.dup(1), 'wb', buffering=1 << 16)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, 'w', buffering=1, closefd=False, encoding='utf-8', errors='backslashreplace')
    sys.stderr = open(2, 'w', buffering=1, closefd=False, encoding='utf-8', errors='backslashreplace')
    return Channel(read, write, interrupts)


def end_group():
    '''Ends this process and, where it leads its group, the children it left there.'''
    if hasattr(os, 'killpg') and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


class Interrupts:
    '''Makes SIGINT a KeyboardInterrupt in the call that is to be cancelled, and nowhere else.

    A signal may come late, when another call runs, or in the middle of a frame. Calls on other threads than the main
    one cannot be interrupted; the engine ends the process then.
    '''

    def __init__(self):
        self.main = threading.main_thread().ident
        self.running = []  # calls on the main thread, innermost last
        self.wanted = set()
        self.shields = 0

    def install(self):
        signal.signal(signal.SIGINT, lambda *_: self.shields or self.check())

    def is_here(self):
        return threading.get_ident() == self.main

    def begin(self, call):
        if self.is_here():
            self.running.append(call)
        if call in self.wanted:  # before it began
            self.wanted.discard(call)
            raise KeyboardInterrupt

    def end(self, call):
        if call in self.running:
            self.running.remove(call)
        self.wanted.discard(call)

    def interrupt(self, call):
        '''From another thread: `call` is to end, whether it runs already or not.'''
        self.wanted.add(call)
        if self.running and self.running[-1] == call and hasattr(signal, 'pthread_kill'):
            signal.pthread_kill(self.main, signal.SIGINT)  # wakes sleeps and reads, which interrupt_main does not

    def check(self):
        if self.running and self.running[-1] in self.wanted:
            self.wanted.discard(self.running[-1])
            raise KeyboardInterrupt


class Channel:
    def __init__(self, read, write, interrupts):
        self.read = read
        self.write = write
        self.interrupts = interrupts
        self.lock = threading.Lock()

    def send(self, frame):
        '''Sends a frame, whole. Raises Unsendable if it cannot be one.'''
        line = encode(frame)
        interrupts = self.interrupts
        is_main = interrupts.is_here()
        if is_main:
            interrupts.shields += 1
        try:
            with self.lock:
                self.write.write(line)
                self.write.flush()
        except OSError:
            end_group()  # nobody is there any more
        finally:
            if is_main:
                interrupts.shields -= 1
        if is_main and not interrupts.shields:
            interrupts.check()

    def lines(self):
        '''The frames of the engine, as bytes.'''
        while line := self.read.readline(LINE + 2):
            yield line

    def wait(self):
        '''Waits until the engine is gone. Holds no lock of the reader, which may be closed meanwhile.'''
        while os.read(self.read.fileno(), 65536):
            pass


ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(',', ':'))


def encode(frame):
    try:
        line = ENCODER.encode(frame).encode('utf-8')
    except UnicodeEncodeError as e:
        raise Unsendable(f'a text has {ascii(e.object[e.start])}, which is no character') from e
    except (ValueError, TypeError, RecursionError) as e:
        raise Unsendable(str(e)) from e
    if len(line) > LINE:
        raise Unsendable(f'{len(line)} bytes are too many for one frame')
    return line + b'\n'
