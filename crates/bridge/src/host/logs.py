'''Log records and warnings, sent to the engine.'''

import logging
import re
import threading
import traceback

from octodns_bridge.channel import Unsendable
from octodns_bridge.errors import legible

#: The most characters of a message.
CHARACTERS = 65536

#: What each thread works on: `id` is the call, `read` what a plan is made on, `found` what was found on the way.
CALL = threading.local()

#: How octoDNS says in the log that it takes a record that is not valid.
INVALID = re.compile(r'Invalid record "(?P<fqdn>[^"\n]*)"(?:, (?P<context>[^\n]*))?(?P<reasons>(?:\n  - .*)+)', re.DOTALL)

#: The most of these that are told as findings; further ones are in the log.
FINDINGS = 1000


def invalid(record, text):
    '''A record that is not valid, if that is what the log says.'''
    match = INVALID.fullmatch(text) if record.name == 'Record' and record.levelno == logging.WARNING else None
    if match is None:
        return None
    return {**match.groupdict(), 'reasons': match['reasons'].split('\n  - ')[1:]}


class Forward(logging.Handler):
    '''Sends each record with its level, logger and text. A record that cannot be told is no reason to fail.'''

    def __init__(self, channel):
        super().__init__()
        self.channel = channel

    def emit(self, record):
        text = self.text(record)
        found = getattr(CALL, 'found', None)
        if found is not None and len(found) < FINDINGS and (finding := invalid(record, text)):
            found.append(finding)
            return
        frame = {'log': int(record.levelno), 'logger': legible(str(record.name)), 'message': text}
        if (call := getattr(CALL, 'id', None)) is not None:
            frame['for'] = call
        try:
            self.channel.send(frame)
        except Unsendable:
            self.handleError(record)

    @staticmethod
    def text(record):
        try:
            message = record.getMessage()
        except Exception as e:
            message = f'{record.msg!r} {record.args!r} ({type(e).__name__}: {e})'
        if record.exc_info and record.exc_info[0]:
            message += '\n' + ''.join(traceback.format_exception(*record.exc_info)).rstrip()
        return legible(message)[:CHARACTERS]


def send_logs(channel, level):
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.addHandler(Forward(channel))
    root.setLevel(level)
