'''The services of third-party packages, no larger than their clients need: each keeps what is written to it.

    python services.py NAME

The first line of the output is the address. Each line of the input, `held`, gets one line in reply: what the service
holds, without its ids. It ends with its input.
'''

import ipaddress
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit


class Missing(Exception):
    '''There is no such thing.'''


class Service:
    '''Rows that have ids.'''

    def __init__(self):
        self.rows = {}
        self.last = 0

    def add(self, row):
        self.last += 1
        self.rows[self.last] = row
        return self.last

    def drop(self, matches):
        found = [id for id, row in self.rows.items() if matches(row)]
        if not found:
            raise Missing
        for id in found:
            del self.rows[id]

    def held(self):
        return sorted(json.dumps(row, sort_keys=True) for row in self.rows.values())


class AdGuard(Service):
    def answer(self, method, path, query, body):
        what = path.removeprefix('/control/rewrite/')
        if what == 'list':
            return list(self.rows.values())
        if what == 'add':
            self.add(body)
        elif what == 'delete':
            self.drop(lambda row: row == body)
        elif what == 'update':
            self.drop(lambda row: row == body['target'])
            self.add(body['update'])
        else:
            raise Missing
        return ''


class Bunny(Service):
    '''Names in values have no dot at their end here.'''

    NAMED = (2, 4, 8, 10, 12)

    def __init__(self):
        super().__init__()
        self.zones = {}

    def answer(self, method, path, query, body):
        place = [int(part) if part.isdigit() else part for part in path.split('/')[2:]]
        match method, *place:
            case ('GET',):
                zones = [{'Id': id, 'Domain': name} for name, id in self.zones.items()]
                return {'Items': zones, 'HasMoreItems': False}
            case ('POST',):
                self.zones[body['Domain']] = id = 1000 + len(self.zones)
                return {'Id': id}
            case 'GET', zone:
                rows = [dict(row, Id=id) for id, row in self.rows.items() if row['zone'] == zone]
                return {'Id': zone, 'Records': rows}
            case 'PUT', zone, 'records':
                if body['Type'] in self.NAMED:
                    body['Value'] = body['Value'].rstrip('.')
                return {'Id': self.add(dict(body, zone=zone))}
            case 'DELETE', zone, 'records', id if id in self.rows:
                del self.rows[id]
                return ''
        raise Missing


class Infoblox(Service):
    TYPES = ['a', 'aaaa', 'cname', 'mx', 'txt']

    def __init__(self):
        super().__init__()
        self.zones = {}

    def answer(self, method, path, query, body):
        place = path.split('/')[3:]
        match method, *place:
            case 'GET', '':
                objects = [f'record:{of}' for of in self.TYPES]
                return {'supported_versions': ['1.0', '2.7', '2.12'], 'supported_objects': objects}
            case 'GET', 'zone_auth':
                return self.zones.get(query['fqdn'], [])
            case 'POST', 'zone_auth':
                self.zones[body['fqdn']] = zone = [{'soa_default_ttl': 3600}]
                return zone[0]
            case 'GET', kind:
                rows = [(id, row) for id, row in self.rows.items() if row['kind'] == kind]
                return {'result': [dict(row, _ref=f'{kind}/{id}') for id, row in rows]}
            case 'POST', kind:
                return f'{kind}/{self.add(dict(body, kind=kind))}'
            case 'PUT', _, id:
                self.rows[int(id)].update(body)
                return ''
            case 'DELETE', _, id if int(id) in self.rows:
                del self.rows[int(id)]
                return ''
        raise Missing


class Katapult(Service):
    def __init__(self):
        super().__init__()
        self.zones = []

    def answer(self, method, path, query, body):
        match method, path.removeprefix('/core/v1'):
            case 'GET', '/dns_zones/_' if query['dns_zone[name]'] in self.zones:
                return {'dns_zone': self.zone(query['dns_zone[name]'])}
            case 'POST', '/organizations/_/dns_zones':
                self.zones.append(body['properties']['name'])
                return {'dns_zone': self.zone(self.zones[-1])}
            case 'GET', '/dns_zones/_/records':
                shown = [self.shown(id) for id, row in self.rows.items() if row['zone'] == query['dns_zone[name]']]
                return {'dns_records': shown}
            case 'POST', '/dns_zones/_/records':
                id = self.add(dict(body['properties'], zone=body['dns_zone']['name']))
                return {'dns_record': self.shown(id)}
            case 'PATCH', '/dns_records/_' if body['dns_record']['id'] in self.rows:
                id = body['dns_record']['id']
                self.rows[id].update(body['properties'])
                return {'dns_record': self.shown(id)}
            case 'DELETE', '/dns_records/_' if body['dns_record']['id'] in self.rows:
                del self.rows[body['dns_record']['id']]
                return {}
        raise Missing

    def zone(self, name):
        return {'name': name, 'default_ttl': 3600, 'verified': True}

    def shown(self, id):
        row = self.rows[id]
        name = row['zone'] if row['name'] == '@' else f'{row["name"]}.{row["zone"]}'
        return {
            'id': id,
            'full_name': name,
            'type': row['type'],
            'ttl': row['ttl'],
            'priority': row.get('priority'),
            'content_attributes': row['content'],
        }


class Metaname(Service):
    def answer(self, method, path, query, body):
        account, key, zone, *params = body['params']
        match body['method'], *params:
            case ('dns_zone',):
                rows = [dict(row, reference=str(id)) for id, row in self.rows.items() if row['zone'] == zone]
                return {'result': rows}
            case 'create_dns_record', row:
                return {'result': str(self.add(dict(row, zone=zone)))}
            case 'delete_dns_record', id if int(id) in self.rows:
                del self.rows[int(id)]
                return {'result': None}
        raise Missing


class MikroTik(Service):
    PLACE = '/rest/ip/dns/static'

    def answer(self, method, path, query, body):
        match method, path.removeprefix(self.PLACE).strip('/'):
            case 'GET', '':
                return [dict(row, ttl=f'{row["ttl"]}s', **{'.id': f'*{id}'}) for id, row in self.rows.items()]
            case 'PUT', '':
                return {'.id': f'*{self.add(body)}'}
            case 'DELETE', id if int(id[1:]) in self.rows:
                del self.rows[int(id[1:])]
                return ''
        raise Missing


class NetBox:
    '''Only read.'''

    ADDRESSES = {
        '192.0.2.10/24': 'www.example.com',
        '192.0.2.11/24': 'www.example.com, mail.example.com',
        '192.0.2.12/24': 'other.example.net',
        '2001:db8::a/64': 'www.example.com',
        '2001:db8::b/64': 'deep.down.example.com',
    }

    def answer(self, method, path, query, body):
        if path.strip('/') != 'api/ipam/ip-addresses':
            raise Missing
        rows = [
            {'id': index, 'address': address, 'description': text, 'url': f'http://netbox/api/ipam/ip-addresses/{index}/'}
            for index, (address, text) in enumerate(self.ADDRESSES.items())
            if self.matches(query, address, text)
        ]
        return {'count': len(rows), 'next': None, 'previous': None, 'results': rows}

    def matches(self, query, address, text):
        if 'parent' in query:
            address = ipaddress.ip_interface(address).ip
            network = ipaddress.ip_network(query['parent'])
            return address.version == network.version and address in network
        return query['description__ic'] in text


class Pihole(Service):
    '''Two lists of texts.'''

    def answer(self, method, path, query, body):
        place = [unquote(part) for part in path.split('/')[2:]]
        match method, *place:
            case _, 'auth':
                return {'session': {'valid': True, 'validity': 1800, 'sid': 'sid', 'csrf': 'csrf'}}
            case 'GET', 'config':
                lists = {kind: self.list(kind) for kind in ('hosts', 'cnameRecords')}
                return {'config': {'dns': lists}}
            case 'PUT', 'config', 'dns', kind, text if text not in self.list(kind):
                self.add((kind, text))
                return {}
            case 'DELETE', 'config', 'dns', kind, text:
                self.drop(lambda row: row == (kind, text))
                return {}
        raise Missing

    def list(self, of):
        return [text for kind, text in self.rows.values() if kind == of]


class RouterOS:
    '''Only read.'''

    def answer(self, method, path, query, body):
        if path == '/rest/ip/dhcp-server/lease':
            return [
                self.lease('192.0.2.20', 'Laptop.lan', '02:00:00:00:00:01', '1d'),
                self.lease('192.0.2.21', 'laptop', '02:00:00:00:00:02', '2h'),
                self.lease('192.0.2.22', 'Living Room TV', '02:00:00:00:00:03', '3m'),
                dict(self.lease('192.0.2.23', 'gone', '02:00:00:00:00:04', '1w'), status='waiting'),
            ]
        raise Missing  # an old one without IPv6

    def lease(self, address, name, mac, age):
        return {'address': address, 'host-name': name, 'mac-address': mac, 'age': age, 'status': 'bound'}


class Ipify:
    '''The address that one asks from.'''

    def answer(self, method, path, query, body):
        return {'/v4/': '192.0.2.77', '/v6/': '2001:db8::77'}[path]


class Technitium(Service):
    FIELDS = {
        'A': ['ipAddress'],
        'AAAA': ['ipAddress'],
        'CAA': ['flags', 'tag', 'value'],
        'CNAME': ['cname'],
        'MX': ['exchange', 'preference'],
        'NS': ['nameServer'],
        'SRV': ['port', 'priority', 'target', 'weight'],
        'TXT': ['text'],
    }
    NAMES = ('cname', 'exchange', 'nameServer', 'target')

    def __init__(self):
        super().__init__()
        self.zones = []

    def answer(self, method, path, query, body):
        what = path.removeprefix('/api/zones/')
        if query.get('token') != 'hunter2':
            return {'status': 'invalid-token', 'errorMessage': 'who are you?'}
        if what == 'list':
            return self.ok(zones=[{'name': name} for name in self.zones])
        if what == 'create':
            self.zones.append(body['domain'])
            # What a new zone has here.
            self.add({'name': body['domain'], 'type': 'NS', 'ttl': 3600, 'rData': {'nameServer': 'box'}})
            return self.ok()
        if what == 'records/get':
            return self.ok(records=[dict(row, disabled=False) for row in self.rows.values()])
        row = self.row(body)
        if what == 'records/add':
            self.add(dict(row, ttl=int(body['ttl'])))
        elif what == 'records/delete':
            self.drop(lambda other: {key: other[key] for key in row} == row)
        else:
            raise Missing
        return self.ok()

    def row(self, body):
        data = {}
        for field in self.FIELDS[body['type']]:
            value = body[field].rstrip('.') if field in self.NAMES else body[field]
            is_number = field in ('flags', 'preference', 'port', 'priority', 'weight')
            data[field] = int(value) if is_number else value
        return {'name': body['domain'], 'type': body['type'], 'rData': data}

    def ok(self, **response):
        return {'status': 'ok', 'response': response}


SERVICES = {
    'adguard': AdGuard,
    'bunny': Bunny,
    'infoblox': Infoblox,
    'ipify': Ipify,
    'katapult': Katapult,
    'metaname': Metaname,
    'mikrotik': MikroTik,
    'netbox': NetBox,
    'pihole': Pihole,
    'routeros': RouterOS,
    'technitium': Technitium,
}


def handler(service, lock):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def serve(self):
            body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
            is_json = 'json' in self.headers.get('Content-Type', '')
            body = json.loads(body) if is_json and body else dict(parse_qsl(body.decode()))
            url = urlsplit(self.path)
            try:
                with lock:
                    status, answer = 200, service.answer(self.command, url.path, dict(parse_qsl(url.query)), body)
            except Missing:
                status, answer = 404, {'error': {'code': 'missing', 'description': f'{self.command} {self.path}'}}
            text = answer if isinstance(answer, str) else json.dumps(answer)
            self.send_response(status)
            self.send_header('Content-Length', str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_DELETE = do_GET = do_PATCH = do_POST = do_PUT = serve

        def log_message(self, *args):
            pass

    return Handler


def main():
    service, lock = SERVICES[sys.argv[1]](), threading.Lock()
    server = ThreadingHTTPServer(('127.0.0.1', 0), handler(service, lock))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f'http://127.0.0.1:{server.server_port}', flush=True)
    for _ in sys.stdin:
        with lock:
            print(json.dumps(service.held()), flush=True)


main()
