'''Zones, records and plans: the real ones of octoDNS, by the numbers that the engine gave them.'''

import json
import pprint
import threading
from collections import defaultdict, deque

from octodns_bridge.channel import Unsendable
from octodns_bridge.errors import text_of
from octodns_bridge.values import kind_of, tagged, untagged

#: How many records or changes are in a frame.
BATCH = 500


class Unbuildable(Exception):
    '''A record of the engine of which octoDNS's class makes no object.'''


def parse(line):
    '''A frame of the engine. `$` only begins keys where a value has a form that JSON lacks.'''
    frame = json.loads(line)
    return untagged(frame) if b'{"$' in line else frame


def key_of(record):
    return record.name, record._type


def mark(record):
    '''Tells of a record whether it was changed in place since: some processors set a TTL and leave the object.'''
    try:
        return hash(repr(record.data))
    except Exception:
        return None  # what it cannot be sent for is told when it is


def marked(zone):
    '''What there is before a class looks at it, for `Sender.zone`.'''
    return {key_of(record): (record, mark(record)) for record in zone.records}


def at(zone, name):
    '''The records of a name, without going through all of a zone unless it is a copy.'''
    if zone._origin:
        return [record for record in zone.records if record.name == name]
    return zone._records.get(name, ())


def record_out(record):
    '''A record as it is sent: name, type, data, id of its source, where it is written.'''
    try:
        return [
            record.name,
            record._type,
            tagged(record.data),
            id_of(record.source),
            None if record.context is None else str(record.context),
        ]
    except Exception as e:
        raise Unsendable(f'{name_of(record)}: {what(e)}') from e


def id_of(source):
    id = getattr(source, 'id', None)
    return None if id is None else str(id)


def name_of(record):
    return f'record {text_of(record.fqdn)} {record._type}'


def what(e):
    return str(e) if isinstance(e, Unsendable) else f'{kind_of(e)}: {text_of(e)}'


def is_new(record, known):
    before, as_before = known.get(key_of(record), (None, None))
    return before is not record or mark(record) != as_before


class Sender:
    '''Sends what a call has to say of zones and plans, and counts it: the engine misses nothing unnoticed.'''

    def __init__(self, channel, call):
        self.channel = channel
        self.call = call
        self.sent = 0

    def zone(self, number, zone, known):
        '''Sends what is different from what was `marked`: other objects are other records.'''
        records = zone.records
        if known:
            here = {key_of(record) for record in records}
            self.batches({'zone': number}, 'remove', [list(key) for key in known if key not in here])
        self.batches({'zone': number}, 'records', (r for r in records if is_new(r, known)), record_out)

    def plan(self, number, plan):
        self.batches({'plan': number}, 'changes', plan.changes, change_out)

    def batches(self, head, name, items, form=None):
        batch = []
        for item in items:
            batch.append(form(item) if form else item)
            if len(batch) == BATCH:
                self.batch(head, name, batch)
                batch = []
        if batch:
            self.batch(head, name, batch)

    def batch(self, head, name, batch):
        try:
            self.channel.send({**head, 'for': self.call, name: batch})
        except Unsendable as e:
            if len(batch) == 1:
                raise Unsendable(f'{shown(batch[0])}: {e}') from e
            # Too large together, or one of them cannot be sent: in halves, until it is known which.
            middle = len(batch) // 2
            self.batch(head, name, batch[:middle])
            self.batch(head, name, batch[middle:])
        else:
            self.sent += len(batch)


def shown(item):
    '''Which record a row of a frame is about.'''
    name, kind = (item['name'], item['type']) if isinstance(item, dict) else item[:2]
    return f'record {ascii(name)} {kind}'


def change_out(change):
    from octodns.record import Create, Delete, Update

    kinds = {Create: 'Create', Delete: 'Delete', Update: 'Update'}
    own = kinds.get(type(change))
    record = change.record
    out = {'op': own or next((kinds[c] for c in type(change).__mro__ if c in kinds), 'Update')}
    if own is None:
        # What it does is what it has: not every class is a subclass of one of octoDNS's.
        out['op'] = 'Create' if change.existing is None else 'Delete' if change.new is None else out['op']
        out['text'] = text_of(change)
    out['name'], out['type'] = key_of(record)
    for role in ('existing', 'new'):
        if (record := getattr(change, role)) is not None:
            out[role] = record_out(record)
    return out


def plan_out(plan):
    '''What is to be known of a plan beside its changes.'''
    meta = getattr(plan, 'meta', None)
    return {
        'exists': bool(plan.exists),
        'existing': len(plan.existing.records) if plan.existing else 0,
        'meta': tagged(meta),
        'meta_text': pprint.pformat(meta, indent=2, sort_dicts=True) if meta else None,
        'update': plan.update_pcent_threshold,
        'delete': plan.delete_pcent_threshold,
    }


class Zones:
    '''The zones and plans that the engine has numbers for.'''

    def __init__(self, sources):
        self.sources = sources
        self.zones = {}
        self.plans = {}
        self.waiting = defaultdict(deque)  # lines that came in and were not looked at yet
        self.faults = {}
        self.lock = threading.Lock()

    def receive(self, number, line):
        '''Keeps a line about a zone, on whichever thread, until the zone is used.'''
        self.waiting[number].append(line)

    def zone(self, number):
        '''The zone, with all that came in. A fault in that comes up at every use.'''
        with self.lock:
            if number in self.faults:
                raise self.faults[number]
            waiting = self.waiting.get(number, ())
            try:
                while waiting:
                    self.take(number, parse(waiting.popleft()))
            except BaseException as e:
                # An interrupted one is not whole either.
                self.faults[number] = e if isinstance(e, Exception) else Unbuildable('a zone that was not taken in whole')
                raise
            return self.zones[number]

    def put(self, number, zone):
        self.zones[number] = zone

    def open(self, number, head):
        from octodns.zone import Zone

        options = {'update_pcent_threshold': head.get('update'), 'delete_pcent_threshold': head.get('delete')}
        for name in ('ignore_subzone_adds', 'context', 'validators'):  # younger than the oldest octoDNS
            if head.get(name) is not None:
                options[name] = head[name]
        self.zones[number] = Zone(head['name'], set(head.get('sub_zones', ())), **options)

    def take(self, number, frame):
        if 'open' in frame:
            self.open(number, frame['open'])
        zone = self.zones[number]
        for name, kind in frame.get('remove', ()):
            for record in [r for r in at(zone, name) if r._type == kind]:
                zone.remove_record(record)
        for item in frame.get('records', ()):
            zone.add_record(self.record(zone, item), replace='remove' in frame, lenient=True)

    def record(self, zone, item):
        '''A record of the engine, which has validated it: made as `Record.new` does at its end.'''
        from octodns.record import Record

        name, kind, data, source, context = item
        data['type'] = kind
        try:
            return Record._CLASSES[kind](zone, name, data, source=self.sources.get(source), context=context)
        except Exception as e:
            raise Unbuildable(f'record {name}.{zone.name} {kind}: {kind_of(e)}: {text_of(e)}'.lstrip('.')) from e

    def change(self, existing, desired, item):
        '''A change made of data, with the records that the zones have where they are the same.'''
        from octodns.record import Create, Delete, Update

        old = self.known_record(existing, item.get('existing'))
        new = self.known_record(desired, item.get('new'))
        if item['op'] == 'Create':
            return Create(new)
        return Delete(old) if item['op'] == 'Delete' else Update(old, new)

    def known_record(self, zone, item):
        if item is None:
            return None
        built = self.record(zone, item)
        for record in at(zone, built.name):
            # The one that was read may carry more than octoDNS knows of.
            if record._type == built._type and record.data == built.data:
                return record
        return built

    def rebuild(self, frame):
        '''A plan of another process, or one that the engine made: real objects out of data.'''
        from octodns.provider.plan import Plan

        existing = self.zone(frame['existing'])
        desired = existing.copy() if frame.get('desired') is None else self.zone(frame['desired'])
        changes = [self.change(existing, desired, item) for item in frame['changes']]
        if frame.get('desired') is None:
            for change in changes:
                if change.new is None:
                    desired.remove_record(change.existing)
                else:
                    desired.add_record(change.new, replace=True, lenient=True)
        options = {} if frame.get('meta') is None else {'meta': frame['meta']}
        if frame.get('update') is not None:
            options['update_pcent_threshold'] = frame['update']
        if frame.get('delete') is not None:
            options['delete_pcent_threshold'] = frame['delete']
        self.plans[frame['plan']] = Plan(existing, desired, changes, frame['exists'], **options)

    def leave(self, plan, frame):
        '''Leaves of a plan what native processors left of it, with what they added.'''
        if frame.get('keep') is not None:
            plan.changes = [plan.changes[index] for index in frame['keep']]
        if more := frame.get('more'):
            plan.changes = sorted(plan.changes + [self.change(plan.existing, plan.desired, c) for c in more])

    def drop(self, zones, plans):
        for number in zones:
            self.waiting.pop(number, None)
            self.zones.pop(number, None)
            self.faults.pop(number, None)
        for number in plans:
            self.plans.pop(number, None)
