"""moto's server on the loopback port given, with Route 53's required answers that it leaves out."""

import sys

from moto.core.responses import ActionResult
from moto.route53.responses import Route53
from moto.server import main


def list_health_checks(self):
    # IsTruncated and MaxItems are required members of the answer: clients stop without them.
    checks = self.backend.list_health_checks()
    return ActionResult(
        {"HealthChecks": checks, "IsTruncated": False, "MaxItems": "100", "Marker": ""}
    )


Route53.list_health_checks = list_health_checks
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
