'''Classes of octoDNS as a company might have them, for tests: whatever a config can name.'''

import json
import logging
import os

from octodns.processor.base import BaseProcessor
from octodns.provider.base import BaseProvider
from octodns.provider.plan import _PlanOutput
from octodns.record import Create, Record, Update, ValuesMixin
from octodns.record.validator import RecordValidator
from octodns.secret.base import BaseSecrets
from octodns.source.base import BaseSource
from octodns.zone.validator import ZoneValidator


class NoteValue(dict):
    '''A text with a colour.'''

    @classmethod
    def validate(cls, data, _type):
        values = data if isinstance(data, (list, tuple)) else (data,)
        return ['a note needs a text' for value in values if not value.get('text')]

    @classmethod
    def process(cls, values):
        return [cls(value) for value in values]

    def __init__(self, value):
        super().__init__({'text': value['text'].strip(), 'colour': value.get('colour', 'red')})

    @property
    def data(self):
        return dict(self)

    def __str__(self):
        return f'{self["text"]} in {self["colour"]}'

    def __hash__(self):
        return hash(str(self))

    def __lt__(self, other):
        return str(self) < str(other)

    @property
    def rdata_text(self):
        return str(self)


class NoteRecord(ValuesMixin, Record):
    '''A record type that only this package knows.'''

    _type = 'House/NOTE'
    _value_type = NoteValue


Record.register_type(NoteRecord)


class HouseProvider(BaseProvider):
    '''Keeps a zone in a file, with an id for each record.

    The smallest TTL is 60; what is at the service is found again by ids that are only in this object.
    '''

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS_ROOT_NS = False
    SUPPORTS = {'A', 'AAAA', 'CNAME', 'MX', 'TXT', 'House/NOTE'}

    def __init__(self, id, folder, token, fail_on=None, *args, **kwargs):
        self.log = logging.getLogger(f'HouseProvider[{id}]')
        super().__init__(id, *args, **kwargs)
        self.folder = folder
        self.token = token
        self.fail_on = fail_on
        self.ids = {}

    def file(self, zone):
        return os.path.join(self.folder, f'{zone.name}json')

    def rows(self, zone):
        try:
            with open(self.file(zone)) as fh:
                return json.load(fh)['rows']
        except FileNotFoundError:
            return None

    def list_zones(self):
        return [f[:-4] for f in os.listdir(self.folder) if f.endswith('.json')]

    def populate(self, zone, target=False, lenient=False):
        self.log.debug('populate: name=%s, target=%s', zone.name, target)
        rows = self.rows(zone)
        for row in rows or []:
            record = Record.new(zone, row['name'], row['data'], source=self, lenient=lenient)
            record.ref = row['id']
            self.ids[(zone.name, row['name'], record._type)] = row['id']
            zone.add_record(record, lenient=lenient)
        return rows is not None

    def _process_desired_zone(self, desired):
        for record in desired.records:
            if record.ttl < 60:
                self.supports_warn_or_except(f'TTL {record.ttl} of {record.fqdn}', 'using 60')
                record = record.copy()
                record.ttl = 60
                desired.add_record(record, replace=True)
        return super()._process_desired_zone(desired)

    def _include_change(self, change):
        return change.record.name != 'quiet'

    def _extra_changes(self, existing, desired, changes):
        known = {(c.record.name, c.record._type) for c in changes}
        held = {(r.name, r._type): r for r in existing.records}
        return [
            Update(held[(record.name, record._type)], record)
            for record in sorted(desired.records)
            if record.octodns.get('house', {}).get('refresh') and (record.name, record._type) not in known
        ]

    def _plan_meta(self, existing, desired, changes):
        return {'notes': len(changes)} if any(c.record._type == 'House/NOTE' for c in changes) else None

    def _apply(self, plan):
        name = plan.desired.name
        rows = {row['id']: row for row in self.rows(plan.desired) or []}
        for change in plan.changes:
            record = change.record
            if self.fail_on and record.name == self.fail_on:
                raise OSError(f'the house is on fire, says {self.token}')
            key = (name, record.name, record._type)
            if change.existing is None:
                # An id that the object knows would be of a record that is there.
                assert key not in self.ids, key
                self.ids[key] = max(rows, default=0) + 1
            else:
                assert change.existing.ref == self.ids[key], key
            if change.new is None:
                del rows[self.ids.pop(key)]
            else:
                data = {'type': record._type, **record.data}
                rows[self.ids[key]] = {'id': self.ids[key], 'name': record.name, 'data': data}
            self.write(plan, rows)

    def write(self, plan, rows):
        with open(self.file(plan.desired), 'w') as fh:
            json.dump({'rows': sorted(rows.values(), key=lambda row: row['id'])}, fh, indent=1)


class ForgetfulProvider(HouseProvider):
    '''Writes nothing of the last change, and says nothing.'''

    def apply(self, plan):
        plan.changes.pop()
        return super().apply(plan)


class Mender(BaseSource):
    '''Looks at what other sources gave: it replaces `mended`, takes out `broken`, and adds `count`.'''

    SUPPORTS_GEO = False
    SUPPORTS = {'A', 'TXT'}

    def __init__(self, id, ttl=300):
        self.log = logging.getLogger(f'Mender[{id}]')
        super().__init__(id)
        self.ttl = ttl

    def populate(self, zone, target=False, lenient=False):
        count = len(zone.records)
        for record in list(zone.records):
            if record.name == 'broken':
                zone.remove_record(record)
            elif record.name == 'mended':
                data = {'type': 'A', 'ttl': self.ttl, 'value': '192.0.2.99'}
                zone.add_record(Record.new(zone, 'mended', data, source=self), replace=True)
        data = {'type': 'TXT', 'ttl': self.ttl, 'value': f'{count} records'}
        zone.add_record(Record.new(zone, 'count', data, source=self, lenient=lenient))


class Tagger(BaseProcessor):
    '''Has every hook there is, and writes down what it saw.'''

    def __init__(self, id, file):
        super().__init__(id)
        self.file = file

    def note(self, what, zone):
        with open(self.file, 'a') as fh:
            names = ' '.join(sorted(f'{r.name}/{r._type}' for r in zone.records))
            fh.write(f'{what}: {names}\n')

    def process_source_zone(self, desired, sources, lenient=False):
        self.note('source ' + ','.join(f'{s.id}:{type(s).__name__}' for s in sources), desired)
        data = {'type': 'TXT', 'ttl': 300, 'value': 'tagged'}
        desired.add_record(Record.new(desired, 'tag', data))
        return desired

    def process_target_zone(self, existing, target, lenient=False):
        self.note(f'target {target.id}:{type(target).__name__}', existing)
        for record in existing.records:
            if record.name == 'hidden':
                existing.remove_record(record)
        return existing

    def process_source_and_target_zones(self, desired, existing, target, lenient=False):
        self.note(f'both {target.id}:{type(target).__name__}', desired)
        for record in desired.records:
            if record.name == 'late':
                record = record.copy()
                record.ttl = 999
                desired.add_record(record, replace=True)
        return desired, existing

    def process_plan(self, plan, sources, target, lenient=False):
        if plan is not None:
            with open(self.file, 'a') as fh:
                fh.write(f'plan: {plan}\n')
            plan.changes = [c for c in plan.changes if c.record.name != 'dropped']
            plan.change_counts['Create'] = len([c for c in plan.changes if isinstance(c, Create)])
        return plan


class Vault(BaseSecrets):
    '''Says names backwards.'''

    def __init__(self, name, prefix=''):
        super().__init__(name)
        self.prefix = prefix

    def fetch(self, name, source):
        if name == 'missing':
            raise KeyError(f'no secret {name} for {source.context}')
        return self.prefix + name[::-1]


class NoShouting(RecordValidator):
    '''Objects to names with SHOUT in them.'''

    def validate(self, record_cls, name, fqdn, data, disabled=None):
        return [f'{fqdn} is too loud'] if 'shout' in name else []


class NotTooMany(ZoneValidator):
    '''Objects to zones with more records than there may be.'''

    def __init__(self, id, most, sets=None):
        super().__init__(id, sets=sets)
        self.most = most

    def validate(self, zone):
        return [f'more than {self.most} records'] if len(zone.records) > self.most else []


class Lines(_PlanOutput):
    '''One line a change.'''

    def run(self, plans, fh, *args, **kwargs):
        for target, plan in plans:
            for change in plan.changes:
                source = change.new.source.id if change.new and change.new.source else '-'
                fh.write(f'{target.id} {type(change).__name__} {change.record.fqdn} {source}\n')
