'''Values that JSON has no word for, both ways.'''

import logging
from collections.abc import Collection, Mapping
from datetime import date, datetime

from octodns_bridge.channel import Unsendable

#: How deep a value may be.
DEPTH = 100

LOG = logging.getLogger('python')

#: Classes whose objects were sent as text, each told once.
TOLD = set()


def tagged(value, depth=0):
    '''A value as JSON can carry it without changing it.'''
    kind = type(value)
    if kind is str or kind is bool or value is None or kind is float:
        return value
    if kind is int:
        return value if -(2**63) <= value < 2**63 else {'$int': str(value)}
    if isinstance(value, str):  # a subclass, such as octoDNS's own: what it holds, not how it shows itself
        return str.__str__(value)
    if depth > DEPTH:
        raise Unsendable('a value is too deep, or contains itself')
    if kind is dict or isinstance(value, Mapping):  # the second asks an abstract class, which is slow
        if all(isinstance(key, str) and not key.startswith('$') for key in value):
            return {str.__str__(key): tagged(item, depth + 1) for key, item in value.items()}
        return {'$map': [[tagged(key, depth + 1), tagged(item, depth + 1)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [tagged(item, depth + 1) for item in value]
    return tagged_object(value, depth)


def tagged_object(value, depth):
    '''A value that is none of Python's everyday ones.'''
    if isinstance(value, (int, float)):
        return tagged((int if isinstance(value, int) else float)(value), depth)
    data = getattr(value, 'data', None)
    if data is not None and not callable(data):
        return tagged(data, depth + 1)
    if isinstance(value, (bytes, bytearray)):
        return {'$bytes': value.hex()}
    if isinstance(value, date):  # a datetime is one
        return {'$date': value.isoformat()}
    if isinstance(value, (set, frozenset)):
        return [tagged(item, depth + 1) for item in sorted(value, key=str)]
    if isinstance(value, Collection):
        return [tagged(item, depth + 1) for item in value]
    name = kind_of(value)
    if name not in TOLD:
        TOLD.add(name)
        LOG.warning('an object of %s has no form outside of Python: its text is used', name)
    return {'$str': str(value), '$class': name}


def kind_of(value):
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == 'builtins' else f'{kind.__module__}.{kind.__qualname__}'


def untagged(value):
    '''What the engine means by a value.'''
    if isinstance(value, list):
        return [untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, inner),) = value.items()
        if read := FORMS.get(key):
            return read(inner)
    return {key: untagged(item) for key, item in value.items()}


def day_or_time(text):
    if 'T' not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text[:-1] + '+00:00' if text.endswith('Z') else text)


FORMS = {
    '$map': lambda inner: {untagged(key): untagged(item) for key, item in inner},
    '$bytes': bytes.fromhex,
    '$int': int,
    '$float': float,
    '$date': day_or_time,
    '$set': lambda inner: {untagged(item) for item in inner},
    '$tuple': lambda inner: tuple(untagged(item) for item in inner),
}
