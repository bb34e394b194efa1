'''Exceptions, as the engine is told of them.'''

import traceback

from octodns_bridge.values import kind_of

#: What the files of the host are called in traces.
OWN = '<octodns-bridge>'

#: The most frames, causes and characters that are told.
FRAMES = 40
CAUSES = 8
CHARACTERS = 16384


class NotThere(Exception):
    '''A class that cannot be had. `kind` tells the engine which advice to give.'''

    def __init__(self, kind, message, **more):
        super().__init__(message)
        self.kind = kind
        self.more = more


def legible(text):
    '''A text without lone surrogates, which UTF-8 has no bytes for.'''
    return text.encode('utf-8', 'backslashreplace').decode('utf-8')


def text_of(value):
    '''Its `str`; exceptions are not known for working ones.'''
    try:
        return legible(str(value))
    except Exception:
        return f'<{kind_of(value)} that cannot be shown>'


def is_own(filename):
    return filename.startswith(OWN)


def describe_error(e, depth=0):
    out = {
        'class': kind_of(e),
        'bases': [f'{c.__module__}.{c.__qualname__}'.replace('builtins.', '') for c in type(e).__mro__[1:-1]],
        'message': text_of(e)[:CHARACTERS],
        'trace': trace_of(e),
    }
    if (status := status_of(e)) is not None:
        out['status'] = status
    if isinstance(e, NotThere):
        out['kind'] = e.kind
        out.update(e.more)
    else:
        out.update(record_of(e))
    cause = e.__cause__ or (None if e.__suppress_context__ else e.__context__)
    if cause is not None and depth < CAUSES:
        out['cause'] = describe_error(cause, depth + 1)
    return out


def trace_of(e):
    frames = [f for f in traceback.extract_tb(e.__traceback__) if not is_own(f.filename)]
    return [
        {'file': legible(f.filename), 'line': f.lineno or 0, 'in': f.name, 'text': legible(f.line or '')}
        for f in frames[-FRAMES:]
    ]


def status_of(e):
    '''The HTTP status that an exception, or the response it has, tells.'''
    response = attribute(e, 'response')
    if isinstance(response, dict):  # botocore
        metadata = response.get('ResponseMetadata')
        found = metadata.get('HTTPStatusCode') if isinstance(metadata, dict) else None
        return found if is_status(found) else None
    for holder in (response, e):
        for name in ('status_code', 'status', 'http_status', 'code'):
            if is_status(found := attribute(holder, name)):
                return int(found)
    return None


def is_status(value):
    return isinstance(value, int) and 100 <= value < 600


def attribute(holder, name):
    try:
        return getattr(holder, name, None)
    except Exception:
        return None


def record_of(e):
    '''Which record an exception of octoDNS is about, and what is wrong with it.'''
    out = {}
    if isinstance(reasons := attribute(e, 'reasons'), (list, tuple)):
        out['reasons'] = [text_of(reason) for reason in reasons]
    record = attribute(e, 'new') or attribute(e, 'record')
    for name in ('fqdn', 'context'):
        found = attribute(e, name) or attribute(record, name)
        if isinstance(found, str):
            out[name] = text_of(found)
    if isinstance(found := attribute(record, '_type'), str):
        out['type'] = found
    return out
