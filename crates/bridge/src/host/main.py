'''The host itself: takes frames, runs calls on as many threads as it may, and ends with the engine.'''

import faulthandler
import logging
import queue
import re
import sys
import sysconfig
import threading
import time
import traceback

from octodns_bridge.calls import CANCELLED, Calls
from octodns_bridge.channel import Interrupts, Unsendable, end_group, take_channel
from octodns_bridge.errors import describe_error, is_own, legible
from octodns_bridge.logs import CALL
from octodns_bridge.zones import Sender, parse

#: The beginning of a frame about a zone, which is only looked at when the zone is used.
ZONE = re.compile(rb'\{"zone":(\d+)[,}]')


class Host:
    def __init__(self, channel, interrupts):
        self.channel = channel
        self.interrupts = interrupts
        self.calls = Calls(channel)
        self.calls.work = self.work
        self.jobs = queue.SimpleQueue()
        self.threads = 1
        self.running = {}  # call -> thread, since when, what

    def run(self):
        self.interrupts.install()
        threading.Thread(target=self.receive, name='octodns-bridge', daemon=True).start()
        self.work_until_end()  # on the main thread, where octoDNS runs classes

    def work_until_end(self):
        while (frame := self.jobs.get()) is not None:
            self.work(frame)

    # -- what comes in

    def receive(self):
        try:
            for line in self.channel.lines():
                if self.take(line):
                    self.channel.wait()
        except BaseException:  # nobody would answer any more
            traceback.print_exc()
        end_group()

    def take(self, line):
        '''Takes a frame, on the receiving thread; whether it was the last one.'''
        if head := ZONE.match(line):
            self.calls.zones.receive(int(head[1]), line)
            return False
        frame = parse(line)
        if 'bye' in frame:
            for _ in range(self.threads):
                self.jobs.put(None)
            return True
        if 'cancel' in frame:
            self.interrupts.interrupt(frame['cancel'])
        elif 'drop' in frame:
            self.calls.zones.drop(frame['drop'].get('zones', ()), frame['drop'].get('plans', ()))
        elif 'answer' in frame:
            self.answer(frame['answer'], frame)
        elif 'in' in frame:
            self.answer(frame['in'], frame)
        else:
            if frame['do'] == 'hello':
                self.begin(frame)
            self.jobs.put(frame)
        return False

    def answer(self, ask, frame):
        '''Gives a frame to the thread that asked, if it still waits.'''
        if (waiting := self.calls.answers.get(ask)) is not None:
            waiting.put(frame)
        elif 'id' in frame:
            self.jobs.put(frame)

    def begin(self, frame):
        for _ in range(frame.get('workers', 1) - 1):
            self.threads += 1
            threading.Thread(target=self.work_until_end, daemon=True).start()
        if seconds := frame.get('beat'):
            threading.Thread(target=self.beat, args=(seconds,), daemon=True).start()

    # -- what is done

    def work(self, frame):
        number = frame['id']
        try:
            reply = self.attempt(number, frame)
        except KeyboardInterrupt:
            reply = {'error': CANCELLED}
        self.interrupts.end(number)
        self.running.pop(number, None)
        CALL.id = None
        try:
            self.channel.send({'re': number, **reply})
        except Unsendable as e:
            self.channel.send({'re': number, 'error': describe_error(e)})

    def attempt(self, number, frame):
        CALL.id = number
        self.running[number] = threading.get_ident(), time.monotonic(), frame['do']
        sender = Sender(self.channel, number)
        try:
            self.interrupts.begin(number)
            ok = getattr(self.calls, 'do_' + frame['do'])(frame, sender)
            return {'ok': ok, 'sent': sender.sent}
        except KeyboardInterrupt:
            raise
        except BaseException as e:  # the SystemExit of a class is not the end of the run
            return {'error': describe_error(e)}
        finally:
            self.interrupts.end(number)

    # -- telling that it is alive

    def beat(self, seconds):
        while True:
            time.sleep(seconds)
            stacks = sys._current_frames()
            for number, (thread, since, what) in list(self.running.items()):
                if (age := time.monotonic() - since) >= seconds and thread in stacks:
                    at = place(stacks[thread])
                    self.channel.send({'beat': number, 'do': what, 'seconds': int(age), 'at': at})


def place(stack):
    '''Where a thread is: the innermost line that is not Python's own, so that it tells more than "in a read".'''
    library = sysconfig.get_paths()['stdlib']
    lines = [(f.f_code.co_filename, line) for f, line in traceback.walk_stack(stack) if not is_own(f.f_code.co_filename)]
    outside = [line for line in lines if not line[0].startswith(library) or '-packages' in line[0]]
    for filename, line in (outside or lines)[:1]:
        return f'{legible(filename)}:{line}'
    return ''


def main():
    interrupts = Interrupts()
    channel = take_channel(interrupts)
    faulthandler.enable(2)
    Host(channel, interrupts).run()
    logging.shutdown()
    sys.stdout.flush()
