

import json
import os

reroute(json.loads(os.environ.get('OCTODNS_TEST_ROUTES', '{}')))
