'''What the engine can ask for.'''

import io
import logging
import os
import queue
import sys
import threading
from contextlib import contextmanager

from octodns_bridge.classes import Classes, configure_validators, types_out, validator_kinds
from octodns_bridge.errors import NotThere, kind_of, text_of
from octodns_bridge.logs import CALL, send_logs
from octodns_bridge.values import tagged
from octodns_bridge.zones import Sender, Zones, key_of, marked, plan_out

#: The version of the frames. Host and engine are one program; a host that was replaced is found out.
PROTOCOL = 1


#: What is told of a call that did not get to its end.
CANCELLED = {'class': 'KeyboardInterrupt', 'kind': 'cancelled', 'message': 'cancelled'}


class Asked(RuntimeError):
    '''The engine failed at what it was asked.'''


def call_leniently(method, *args, lenient, told=None, **kwargs):
    '''Calls a method with `lenient`, and without it if it is older than that, as octoDNS does.'''
    try:
        return method(*args, lenient=lenient, **kwargs)
    except TypeError as e:
        if "unexpected keyword argument 'lenient'" not in str(e):
            raise
        if told:
            logging.getLogger('Manager').warning('%s does not accept lenient param', told)
        return method(*args, **kwargs)


class Calls:
    '''One method per call, named `do_` and what the frame says. Each gets the frame and a Sender.'''

    def __init__(self, channel):
        self.channel = channel
        self.classes = Classes()
        self.providers = self.classes.providers
        self.zones = Zones(self.providers)
        self.answers = {}
        self.asked = 0
        self.lock = threading.Lock()
        self.planning = {}

    # -- beginning

    def do_hello(self, frame, _):
        sys.path[:0] = frame.get('path', ())
        send_logs(self.channel, frame.get('log', 20))
        out = {'protocol': PROTOCOL, 'python': sys.version.split()[0], 'executable': sys.executable, 'pid': os.getpid()}
        try:
            import octodns

            out['octodns'] = str(getattr(octodns, '__version__', None) or getattr(octodns, '__VERSION__', ''))
            from octodns.record import Record

            types = types_out(Record.registered_types())
            configure_validators({})
        except ModuleNotFoundError as e:
            kind = 'no-octodns' if (e.name or '').partition('.')[0] == 'octodns' else 'no-dependency'
            raise NotThere(kind, text_of(e), missing=e.name, **out) from e
        except Exception as e:
            raise NotThere('import-failed', f'{kind_of(e)}: {text_of(e)}', **out) from e
        return {**out, 'types': types}

    def do_make(self, frame, _):
        name = frame['name']
        return self.classes.make(frame['kind'], name, frame.get('as', name), frame['class'], frame.get('kwargs') or {})

    def do_copy(self, frame, _):
        return self.classes.copy(frame['provider'], frame['name'], frame['directory'])

    def do_stub(self, frame, _):
        self.classes.stub(frame['name'], frame['class'], frame['types'], frame['flags'], frame.get('options') or {})

    def do_configure_validators(self, frame, _):
        configure_validators(frame.get('config') or {})

    def do_fetch(self, frame, _):
        from octodns.context import ContextDict

        source = ContextDict({}, context=frame.get('context'))
        return tagged(self.classes.made['secret_handler'][frame['handler']].fetch(frame['name'], source))

    # -- sources and providers

    def do_supports(self, frame, _):
        # Properties of some classes ask the service, so this is no part of making them.
        made = self.providers[frame['provider']]
        flags = sorted(name for name in dir(type(made)) if name.startswith('SUPPORTS_'))
        return {'types': sorted(made.SUPPORTS), 'flags': {name: bool(getattr(made, name)) for name in flags}}

    def do_list_zones(self, frame, _):
        return sorted(str(name) for name in self.providers[frame['provider']].list_zones())

    def do_populate(self, frame, sender):
        provider, number = self.providers[frame['provider']], frame['into']
        if 'open' in frame:
            self.zones.open(number, frame['open'])
        zone = self.zones.zone(number)
        before, found = marked(zone), []
        if frame.get('target'):
            exists = provider.populate(zone, target=True, lenient=True)
        else:
            told, CALL.found = f'provider {type(provider).__name__}', found
            try:
                exists = call_leniently(provider.populate, zone, lenient=frame.get('lenient', False), told=told)
            finally:
                CALL.found = None
        sender.zone(number, zone, before)
        return {'exists': None if exists is None else bool(exists), 'found': found}

    def do_plan(self, frame, sender):
        provider, desired = self.providers[frame['provider']], self.zones.zone(frame['desired'])
        is_asked = frame.get('between') is not None
        read = None
        if frame.get('read') is not None:
            read = Read(self.zones.zone(frame['read']), frame.get('exists'), is_asked)
        between = Between(self, frame, sender, marked(desired) if is_asked else {}, read)
        with self.read_before(provider, read):
            plan = call_plan(provider, desired, between, frame.get('lenient', False))
        return self.plan_made(frame['plan'], plan, sender)

    def plan_made(self, number, plan, sender):
        if plan is None:
            self.zones.plans.pop(number, None)
            return None
        self.zones.plans[number] = plan
        sender.plan(number, plan)
        return plan_out(plan)

    @contextmanager
    def read_before(self, provider, read):
        '''While a plan is made, `populate(target=True)` gives what was read already, on this thread.

        An object may plan on several threads at a time: the first one puts `populate` in, the last one takes it out.
        Where attributes cannot be set (slots, pydantic) it reads again.
        '''
        if read is None:
            yield
            return
        with self.lock:
            uses, held = self.planning.get(id(provider), (0, None))
            if not uses:
                held = replace_populate(provider)
            self.planning[id(provider)] = uses + 1, held
        outer = getattr(CALL, 'read', None)
        CALL.read = read
        try:
            yield
        finally:
            CALL.read = outer
            with self.lock:
                uses, held = self.planning.pop(id(provider))
                if uses > 1:
                    self.planning[id(provider)] = uses - 1, held
                else:
                    restore_populate(provider, held)

    def do_rebuild(self, frame, _):
        self.zones.rebuild(frame)

    def do_apply(self, frame, _):
        provider, plan = self.providers[frame['provider']], self.zones.plans[frame['plan']]
        self.zones.leave(plan, frame)
        if plan.desired is None:
            plan.desired = plan.existing
        count = provider.apply(plan)
        is_number = isinstance(count, int) and not isinstance(count, bool) and count >= 0
        return count if is_number else None

    # -- processors, validators, plan outputs

    def do_process(self, frame, sender):
        processor, hook = self.classes.made['processor'][frame['processor']], frame['hook']
        sources = [self.providers[name] for name in frame.get('sources', ()) if name in self.providers]
        target, lenient = self.providers.get(frame.get('target')), frame.get('lenient', False)
        call = CallOf(processor, hook, lenient)
        if hook == 'plan':
            plan = self.zones.plans.get(frame['plan'])
            if plan is not None:
                self.zones.leave(plan, frame)
            plan = call(plan, sources=sources, target=target)
            return self.plan_made(frame['plan'], plan, sender)
        numbers = [frame[role] for role in ('desired', 'existing') if frame.get(role) is not None]
        zones = [self.zones.zone(number) for number in numbers]
        before = [marked(zone) for zone in zones]
        if hook == 'source_zone':
            after = (call(*zones, sources=sources),)
        elif hook == 'target_zone':
            after = (call(*zones, target=target),)
        else:
            after = call(*zones, target)
        for number, zone, known in zip(numbers, after, before):
            self.zones.put(number, zone)
            sender.zone(number, zone, known)
        return {}

    def do_check(self, frame, _):
        '''Records of types that the engine does not know, in the form that octoDNS gives them.'''
        from octodns.zone import Zone

        zone = Zone(frame['zone'], set())
        return [check(zone, *item[:3]) for item in frame['records']]

    def do_validate(self, frame, _):
        validator = self.classes.made['validator'][frame['validator']]
        if isinstance(validator, validator_kinds()['zone']):
            return [
                {'records': sorted(map(key_of, getattr(reason, 'records', ()))), 'reasons': [str.__str__(reason)]}
                for reason in validator.validate(self.zones.zone(frame['zone']))
            ]
        return [
            {'records': [item[:2]], 'reasons': reasons}
            for item in frame['records']
            if (reasons := validate(validator, frame['name'], *item[:3]))
        ]

    def do_output(self, frame, _):
        out = io.StringIO()
        plans = [(self.providers[target], self.zones.plans[plan]) for target, plan in frame['plans']]
        output = self.classes.made['plan_output'][frame['output']]
        output.run(plans=plans, log=logging.getLogger('Plan'), fh=out)
        return out.getvalue()

    # -- asking the engine

    def ask(self, what, work, **more):
        '''Asks the engine, and works at what it asks meanwhile on this thread: nobody else may be free to.'''
        with self.lock:
            self.asked += 1
            number = self.asked
            answer = self.answers[number] = queue.SimpleQueue()
        call, read = CALL.id, getattr(CALL, 'read', None)
        try:
            self.channel.send({'ask': number, 'for': call, 'do': what, **more})
            while 'answer' not in (out := answer.get()):
                CALL.read = None
                try:
                    work(out)
                finally:
                    CALL.id, CALL.read = call, read
        finally:
            del self.answers[number]
            while not answer.empty():  # nobody works at these any more
                self.refuse(answer.get())
        if 'error' in out:
            raise Asked(out['error'])


    def refuse(self, frame):
        if 'id' in frame:
            self.channel.send({'re': frame['id'], 'error': CANCELLED})


def call_plan(provider, desired, between, lenient):
    '''Calls `plan` with as many arguments as it takes; those of older classes are fewer.'''
    options = {'processors': [between], 'lenient': lenient}
    while True:
        try:
            return provider.plan(desired, **options)
        except TypeError as e:
            missing = [name for name in options if f"keyword argument '{name}'" in str(e)]
            if not missing:
                raise
            logging.getLogger('Manager').debug(
                'provider.plan %s does not accept %s param', type(provider).__name__, missing[0]
            )
            del options[missing[0]]


class Read:
    '''What was read of a target before it plans.'''

    def __init__(self, zone, exists, is_asked):
        self.before = zone
        self.exists = exists
        self.is_asked = is_asked  # whether somebody wants to know what the plan makes of it
        self.seen = None  # what the plan got of it, once it did

    def give(self, zone):
        before = self.before
        kept = {name: zone.__dict__[name] for name in THRESHOLDS if name in zone.__dict__}
        # All of it: some classes hang more on zones and records than octoDNS knows of.
        zone.__dict__.update(before.__dict__)
        zone.__dict__.update(kept)
        zone._records = type(before._records)(set, {name: set(node) for name, node in before._records.items()})
        self.seen = marked(before) if self.is_asked else {}
        return self.exists


#: What a zone that is planned on does not have from its config.
THRESHOLDS = ('update_pcent_threshold', 'delete_pcent_threshold')


def replace_populate(provider):
    '''Puts in a `populate` that looks at what was read, and returns what it replaces in the object, if it could.'''
    original = provider.populate

    def populate(zone, *args, **kwargs):
        read = getattr(CALL, 'read', None)
        is_target = kwargs.get('target', args[0] if args else False)
        if not is_target or read is None or zone.name != read.before.name:
            return original(zone, *args, **kwargs)
        return read.give(zone)

    held = vars(provider).get('populate') if hasattr(provider, '__dict__') else None
    try:
        provider.populate = populate
    except (AttributeError, TypeError, ValueError):
        return False
    return [held]


def restore_populate(provider, held):
    if not held:
        return
    if held[0] is None:
        vars(provider).pop('populate', None)
    else:
        provider.populate = held[0]


class Between:
    '''Stands for all processors of a zone, which the engine runs.'''

    id = name = 'octodns-bridge'
    lenient = False

    def __init__(self, calls, frame, sender, known, read):
        self.calls = calls
        self.frame = frame
        self.sender = sender
        self.known = known  # what was desired before the plan
        self.read = read

    def process_target_zone(self, existing, target, lenient=False):
        return existing

    def process_source_and_target_zones(self, desired, existing, target, lenient=False):
        if self.frame.get('between') is None:
            return desired, existing
        zones, numbers = self.calls.zones, self.frame['between']
        seen = self.read.seen if self.read else None
        self.sender.zone(numbers[0], desired, self.known)
        self.sender.zone(numbers[1], existing, seen or {})
        for number, zone in zip(numbers, (desired, existing)):
            zones.put(number, zone)
        self.calls.ask('processors', self.calls.work, again=seen is None)
        return tuple(zones.zone(number) for number in numbers)


class CallOf:
    '''A hook of a processor, called with `lenient` if it takes that.'''

    def __init__(self, processor, hook, lenient):
        self.method = getattr(processor, f'process_{hook}')
        self.told = f'processor {type(processor).__name__}'
        self.lenient = lenient

    def __call__(self, *args, **kwargs):
        return call_leniently(self.method, *args, lenient=self.lenient, told=self.told, **kwargs)


def class_and_fqdn(zone_name, name, kind):
    from octodns.record import Record

    return Record._CLASSES[kind], f'{name}.{zone_name}' if name else zone_name


def check(zone, name, kind, data):
    _class, fqdn = class_and_fqdn(zone.name, name, kind)
    data['type'] = kind
    try:
        reasons = [str(reason) for reason in _class.validate(name, fqdn, data)]
        record = _class(zone, name, data)
        values = getattr(record, 'values', None)
        values = [record.value] if values is None else values
        return {'data': tagged(record.data), 'texts': [text_of(value) for value in values], 'reasons': reasons}
    except Exception as e:
        return {'data': None, 'texts': [], 'reasons': [f'{kind_of(e)}: {text_of(e)}']}


def validate(validator, zone, name, kind, data):
    '''What a validator of records or values says, as octoDNS calls it.'''
    _class, fqdn = class_and_fqdn(zone, name, kind)
    data['type'] = kind
    if isinstance(validator, validator_kinds()['record']):
        try:
            reasons = validator.validate(_class, name, fqdn, data, disabled={})
        except TypeError as e:
            if "unexpected keyword argument 'disabled'" not in str(e):
                raise
            reasons = validator.validate(_class, name, fqdn, data)
    else:
        from octodns.record import ValueMixin

        values = data.get('values', data.get('value', None if issubclass(_class, ValueMixin) else []))
        if not issubclass(_class, ValueMixin) and not isinstance(values, (list, tuple)):
            values = [] if values is None else [values]
        reasons = validator.validate(_class._value_type, values, kind)
    return [str.__str__(reason) for reason in reasons]
