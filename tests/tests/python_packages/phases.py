'''A target that starts a child in one phase of its life, and waits for it.'''

import atexit
import json
import os
import subprocess

from octodns.provider.base import BaseProvider
from octodns.record import Record

FOLDER = os.path.dirname(os.path.dirname(__file__))


def wait():
    child = subprocess.Popen(['/bin/sleep', '600'])
    told = os.path.join(FOLDER, 'told')
    with open(f'{told}.new', 'w') as fh:
        fh.write(f'{os.getpid()} {child.pid}')
    os.rename(f'{told}.new', told)
    if child.wait():
        raise RuntimeError('the child was killed')


class Phases(BaseProvider):
    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS = {'A'}

    def __init__(self, id, phase):
        import logging

        self.log = logging.getLogger(f'Phases[{id}]')
        super().__init__(id)
        self.phase = phase
        self.rows = os.path.join(FOLDER, 'rows.json')
        self.come_to('make')
        if phase == 'bye':
            atexit.register(wait)

    def come_to(self, phase):
        if phase == self.phase:
            wait()

    def read(self):
        with open(self.rows) as fh:
            return json.load(fh)

    def populate(self, zone, target=False, lenient=False):
        self.come_to('populate')
        for name, data in self.read().items():
            zone.add_record(Record.new(zone, name, data, source=self))
        return True

    def _include_change(self, change):
        self.come_to('plan')
        return True

    def _apply(self, plan):
        rows = self.read()
        for index, change in enumerate(plan.changes):
            if index == 1:
                self.come_to('apply')
            rows[change.new.name] = dict(change.new.data, type=change.new._type)
            with open(self.rows, 'w') as fh:
                json.dump(rows, fh)
