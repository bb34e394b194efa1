"""The reference's provider: plans a zone of records against a server, and applies the plan if asked.

Prints the changes, one a line. Arguments: port, key name, key secret, zone, file of records, "plan" or "apply".
"""

import json
import sys

from octodns.record import Record
from octodns.zone import Zone
from octodns_bind import Rfc2136Provider

port, key_name, key_secret, name, records, what = sys.argv[1:]
provider = Rfc2136Provider(
    "reference",
    "127.0.0.1",
    port=port,
    timeout=30,
    key_name=key_name,
    key_secret=key_secret,
    key_algorithm="hmac-sha256",
)
zone = Zone(name, [])
for data in json.load(open(records)):
    zone.add_record(Record.new(zone, data.pop("name"), data, lenient=True), lenient=True)
plan = provider.plan(zone)
if plan:
    for change in plan.changes:
        print(change.__repr__().replace("\n", " "))
    if what == "apply":
        provider.apply(plan)
