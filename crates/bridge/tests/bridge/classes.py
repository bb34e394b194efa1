'''Classes for the tests of the bridge: what people write, and what nobody should.'''

import atexit
import logging
import os
import subprocess
import sys
import time
import warnings

from octodns.processor.base import BaseProcessor
from octodns.provider.base import BaseProvider
from octodns.record import Record
from octodns.source.base import BaseSource

try:
    from octodns.record.validator import RecordValidator, ValidationReason, ValueValidator
    from octodns.zone.validator import ZoneValidator
except ImportError:  # octoDNS before 1.15
    RecordValidator = ValueValidator = ZoneValidator = object
    ValidationReason = str


class Source(BaseSource):
    '''As many A records as it is told to have.'''

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS = {'A', 'TXT'}

    def __init__(self, id, count=1, **kwargs):
        self.log = logging.getLogger(f'Source[{id}]')
        super().__init__(id, **kwargs)
        self.count = count

    def list_zones(self):
        return ['b.example.', 'a.example.']

    def populate(self, zone, target=False, lenient=False):
        for index in range(self.count):
            data = {'type': 'A', 'ttl': 300, 'value': f'192.0.2.{index % 250}'}
            zone.add_record(Record.new(zone, f'host-{index}', data, source=self, lenient=lenient), lenient=lenient)


class Counted(Source):
    '''A source that counts the calls of functions on its thread, and tells of them in the name of a zone.'''

    def __init__(self, id, **kwargs):
        super().__init__(id, **kwargs)
        self.calls = 0
        sys.setprofile(self.count_call)

    def count_call(self, frame, event, arg):
        self.calls += event in ('call', 'c_call')

    def list_zones(self):
        return [f'{self.calls}.calls.']


class Replacing(Source):
    '''A source that comes after others: it drops `old`, changes `www` and adds `new`.'''

    def populate(self, zone, target=False, lenient=False):
        for record in list(zone.records):
            if record.name == 'old':
                zone.remove_record(record)
            elif record.name == 'www':
                data = dict(record.data, type='A', value='192.0.2.99')
                zone.add_record(Record.new(zone, 'www', data, source=self), replace=True)
        data = {'type': 'TXT', 'ttl': 60, 'value': f'{len(zone.records)} before'}
        zone.add_record(Record.new(zone, 'new', data, source=self))


class Lax(Source):
    '''What it gives need not be valid.'''

    def populate(self, zone, target=False, lenient=False):
        for name, ttl, value in (('bad', -1, 'x..y.'), ('good', 300, 'x.y.')):
            data = {'type': 'CNAME', 'ttl': ttl, 'value': value}
            zone.add_record(Record.new(zone, name, data, source=self, lenient=lenient), lenient=lenient)


class Memory(BaseProvider):
    '''Keeps zones in memory; hangs things on records that only it knows of.'''

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS_ROOT_NS = True
    SUPPORTS = {'A', 'AAAA', 'MX', 'NS', 'TXT'}

    def __init__(self, id, zones=None, **kwargs):
        self.log = logging.getLogger(f'Memory[{id}]')
        super().__init__(id, **kwargs)
        self.zones = zones or {}
        self.reads = 0

    def populate(self, zone, target=False, lenient=False):
        self.reads += 1
        zone.row = f'zone {zone.name}'
        rows = self.zones.get(zone.name)
        for name, data in (rows or {}).items():
            record = Record.new(zone, name, dict(data), source=self, lenient=lenient)
            record.row = f'row of {name}'
            zone.add_record(record, lenient=lenient)
        return rows is not None

    def _include_change(self, change):
        return change.record.name != 'excluded'

    def _apply(self, plan):
        rows = self.zones.setdefault(plan.desired.name, {})
        for change in plan.changes:
            kind = type(change).__name__
            if kind != 'Create' and change.existing.row != f'row of {change.existing.name}':
                raise RuntimeError('the record is another')
            if kind == 'Delete':
                rows.pop(change.existing.name)
            else:
                rows[change.new.name] = dict(change.new.data, type=change.new._type)


class OldPlan(Memory):
    '''Its `plan` takes no processors, as those of long ago.'''

    def plan(self, desired):
        return super().plan(desired)


class Slots(Memory):
    '''Refuses attributes, as pydantic does.'''

    def __setattr__(self, name, value):
        if name == 'populate':
            raise ValueError('no such field')
        super().__setattr__(name, value)


class Boolean(Memory):
    '''Overrides `apply`, and returns no number.'''

    def apply(self, plan):
        self._apply(plan)
        return True


class AddRow(BaseProcessor):
    '''Adds, changes and removes records of the desired zone.'''

    def process_source_zone(self, desired, sources):  # without lenient
        data = {'type': 'TXT', 'ttl': 60, 'value': ','.join(source.id for source in sources)}
        desired.add_record(Record.new(desired, 'sources', data))
        return desired

    def process_source_and_target_zones(self, desired, existing, target, lenient=False):
        for record in list(existing.records):
            if record.name == 'hidden':
                existing.remove_record(record)
        data = {'type': 'TXT', 'ttl': 60, 'value': f'{target.id} {type(target).__name__}'}
        desired.add_record(Record.new(desired, 'target', data))
        return desired, existing

    def process_plan(self, plan, sources, target, lenient=False):
        if plan:
            plan.changes = [change for change in plan.changes if change.record.name != 'dropped']
        return plan


class NoLeading(RecordValidator):
    def validate(self, record_cls, name, fqdn, data, disabled=None):
        return [ValidationReason('a leading x', validator_id=self.id)] if name.startswith('x') else []


class NoZero(ValueValidator):
    def validate(self, value_cls, data, _type):
        return ['a zero' for value in data if str(value).endswith('.0')]


class NoEmpty(ZoneValidator):
    def validate(self, zone):
        if not zone.records:
            return [ValidationReason('nothing in it', validator_id=self.id)]
        record = sorted(zone.records)[0]
        return [ValidationReason('the first one', records=[record], validator_id=self.id)]


class Handler:
    def __init__(self, name, prefix):
        self.prefix = prefix

    def fetch(self, name, source):
        return f'{self.prefix}/{name}/{source.context}'


class Output:
    def __init__(self, name):
        self.name = name

    def run(self, plans, log, fh):
        for target, plan in plans:
            fh.write(f'{target.id}: {plan.changes}\n')


class Picky:
    def __init__(self, id, username, password, retries=3):
        pass


class Failing:
    def __init__(self, id, error='ValueError'):
        raise {'ValueError': ValueError('not like this'), 'TypeError': TypeError('1 + "1"')}[error]


class HTTPError(Exception):
    def __init__(self, status):
        super().__init__(f'{status} from the service\nwith a second line')
        self.response = type('Response', (), {'status_code': status})()


class ConnectionError(Exception):
    pass


class Hostile(BaseProvider):
    '''Does what it is told instead of reading.'''

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS = {'A', 'TXT'}

    def __init__(self, id, what='nothing', value=None):
        self.log = logging.getLogger(f'Hostile[{id}]')
        super().__init__(id)
        self.what = what
        self.value = value
        self.call('make', None)

    def populate(self, zone, target=False, lenient=False):
        self.call('populate', zone)
        return True

    def plan(self, desired, processors=(), lenient=False):
        self.call('plan', desired)
        return super().plan(desired, processors=processors)

    def apply(self, plan):
        self.call('apply', plan.desired)
        return 1

    def call(self, where, zone):
        what, _, of = self.what.partition('@')
        if (of or 'populate') == where:
            getattr(self, f'do_{what}')(zone)

    def add(self, zone, name='www', **data):
        record = Record.new(zone, name, {'type': 'TXT', 'ttl': 60, 'value': 'a', **data}, source=self, lenient=True)
        zone.add_record(record, lenient=True)
        return record

    def do_nothing(self, zone):
        pass

    def do_print(self, zone):
        print('printed \x1b[2K by a class')
        sys.__stdout__.write('written to the first one\n')
        sys.__stdout__.flush()
        self.add(zone)

    def do_raw(self, zone):
        os.write(1, b'{"re":1,"ok":null}\n')
        self.add(zone)

    def do_child(self, zone):
        subprocess.run(['/bin/sh', '-c', 'echo from a child; echo and its errors >&2'], check=True)
        self.add(zone)

    def do_child_reads(self, zone):
        data = {'type': 'TXT', 'ttl': 60}
        out = subprocess.run(['/bin/cat'], check=True, stdout=subprocess.PIPE, timeout=20).stdout
        self.add(zone, value=f'{len(out)} bytes read')

    def do_descriptors(self, zone):
        # What a child gets beside its standard ones, though everything that may be inherited is.
        out = subprocess.run(['/bin/ls', '/proc/self/fd'], check=True, stdout=subprocess.PIPE, close_fds=False).stdout
        self.add(zone, value=' '.join(sorted(out.decode().split())))

    def do_input(self, zone):
        try:
            input('a question? ')
        except EOFError:
            self.add(zone, value='no answer')

    def do_exit(self, zone):
        sys.exit(7)

    def do_die(self, zone):
        print('last words', flush=True)
        os._exit(3)

    def do_segfault(self, zone):
        import ctypes

        ctypes.string_at(0)

    def do_kill(self, zone):
        os.kill(os.getpid(), 9)

    def do_recursion(self, zone):
        self.do_recursion(zone)

    def do_memory(self, zone):
        raise MemoryError

    def do_sleep(self, zone):
        self.tell()
        time.sleep(600)

    def do_busy(self, zone):
        self.tell()
        while True:
            pass

    def do_stubborn(self, zone):
        self.tell()
        while True:
            try:
                time.sleep(600)
            except BaseException:
                pass

    def do_sleeping_child(self, zone):
        child = subprocess.Popen(['/bin/sleep', '600'])
        self.tell(child.pid)
        time.sleep(600)

    def do_waiting_child(self, zone):
        child = subprocess.Popen(['/bin/sleep', '600'])
        self.tell(child.pid)
        if child.wait():
            raise RuntimeError('the child was killed')

    def do_late_child(self, zone):
        atexit.register(self.do_waiting_child, zone)

    def tell(self, *pids):
        '''Writes to the file that `value` names that it has got this far.'''
        if self.value:
            with open(f'{self.value}.new', 'w') as fh:
                fh.write(' '.join(str(pid) for pid in (os.getpid(), *pids)))
            os.rename(f'{self.value}.new', self.value)

    def do_logs(self, zone):
        for index in range(20000):
            self.log.info('line %d', index)
        self.add(zone)

    def do_broken_log(self, zone):
        self.log.warning('%d files', 'many')
        self.log.warning('half of \ud83d a pair')
        self.log.warning('two\nlines')
        self.add(zone)

    def do_warnings(self, zone):
        warnings.warn('of the future', FutureWarning)
        self.add(zone)

    def do_many_lines(self, zone):
        for index in range(12000):
            os.write(2, b'noise\n')
        os.write(2, b'x' * 100000 + b'\n')
        self.add(zone)

    def do_duplicate(self, zone):
        self.add(zone)
        self.add(zone)

    def do_invalid(self, zone):
        zone.add_record(Record.new(zone, 'www', {'type': 'A', 'value': 'nonsense'}))

    def do_surrogate(self, zone):
        self.add(zone, name='fine')
        self.add(zone, octodns={'x': 'half of \ud83d'})

    def do_nan(self, zone):
        self.add(zone, octodns={'x': float('nan')})

    def do_values(self, zone):
        import datetime

        self.add(
            zone,
            octodns={
                1: 'a number',
                '$x': {'deep': [2**100, -(2**70), b'\x00\xff', datetime.date(2026, 1, 2)]},
                'set': {'b', 'a'},
                'float': 0.5,
                'none': None,
            },
        )

    def do_object(self, zone):
        self.add(zone, octodns={'x': Plain()})

    def do_cycle(self, zone):
        cycle = []
        cycle.append(cycle)
        record = self.add(zone)
        # Where octoDNS copies nothing.
        type(record).data = property(lambda self: {'ttl': 1, 'value': cycle} if self.name == 'www' else None)

    def do_large(self, zone):
        self.add(zone, name='fine')
        self.add(zone, octodns={'x': 'x' * 9_000_000})

    def do_large_together(self, zone):
        for index in range(20):
            self.add(zone, name=f'n{index}', octodns={'x': 'x' * 1_000_000})

    def do_unshowable(self, zone):
        raise Unshowable

    def do_status(self, zone):
        raise HTTPError(self.value)

    def do_unreachable(self, zone):
        raise ConnectionError('no route')

    def do_cause(self, zone):
        try:
            {}['key']
        except KeyError as e:
            raise RuntimeError('for a reason') from e

    def do_supports(self, zone):
        from octodns.provider import SupportsException

        raise SupportsException(f'{self.id}: ALIAS records not supported for www.example.com.')

    def do_secret(self, zone):
        self.log.warning('token %s', self.value)
        print(f'printed {self.value}')
        raise RuntimeError(f'refused: {self.value}')

    def do_lie(self, zone):
        # What a class may do that looks for it: the host is only as safe as its classes.
        import gc

        channel = next(o for o in gc.get_objects() if type(o).__name__ == 'Channel')
        channel.write.write(self.value.replace('LONG', 'x' * (8 * 1024 * 1024 + 1)).encode('latin-1'))
        channel.write.flush()
        time.sleep(600)

    def do_fork(self, zone):
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
        self.add(zone)


class Plain:
    def __str__(self):
        return 'plain'


class Unshowable(Exception):
    def __str__(self):
        raise ValueError('no')


class Unlenient(BaseSource):
    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS = {'A'}
    log = logging.getLogger('Unlenient')

    def populate(self, zone):
        zone.add_record(Record.new(zone, '', {'type': 'A', 'ttl': 1, 'value': '192.0.2.1'}))
