"""Drives a provider of octoDNS against a server on this machine, and says in JSON what came of it.

Each line of standard input is a task, one JSON object; each is answered by a line:
  class, config   the provider, as octoDNS configures it
  zone, records   a zone and what it is to hold: name, type and data of each record
  reroute         URLs by what is asked there instead
  operation       "supports", "plan" or "apply"
"""

import importlib
import json
import sys


def make(task):
    module, _, name = task['class'].rpartition('.')
    return getattr(importlib.import_module(module), name)('test', **task['config'])


def desired(task):
    from octodns.record import Record
    from octodns.zone import Zone

    zone = Zone(task['zone'], [])
    for record in task['records']:
        data = {key: value for key, value in record.items() if key != 'name'}
        zone.add_record(Record.new(zone, record['name'], data, lenient=True), lenient=True)
    return zone


def run(task):
    provider = make(task)
    if task['operation'] == 'supports':
        dynamic = ['dynamic'] if provider.SUPPORTS_DYNAMIC else []
        return {'supports': sorted(provider.SUPPORTS) + dynamic}
    plan = provider.plan(desired(task))
    changes = [repr(change) for change in plan.changes] if plan else []
    if plan and task['operation'] == 'apply':
        provider.apply(plan)
    return {'changes': changes}


def answer(task):
    reroute(task.get('reroute', {}))
    try:
        return run(task)
    except Exception as error:  # what it is, the test shows
        import traceback

        traceback.print_exc()
        return {'error': f'{type(error).__name__}: {error}'}


def main():
    import logging

    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


main()
