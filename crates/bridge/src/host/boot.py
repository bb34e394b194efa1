# Run by `python -c`, with the length of a JSON list of modules, [[name, text], ...], as argument and that list as
# standard input.
# Nothing may be imported before the working directory is out of the path: `-c` puts it there, a script does not.
import sys
if sys.path and sys.path[0] == '':
    del sys.path[0]
if sys.version_info < (3, 9):
    sys.exit('Python %d.%d is too old: octoDNS needs 3.9 or later' % sys.version_info[:2])
import json
import os
import types
left = int(sys.argv[1])
parts = []
while left:
    part = os.read(0, min(left, 65536))
    if not part:
        os._exit(0)
    parts.append(part)
    left -= len(part)
del sys.argv[1:]
package = sys.modules['octodns_bridge'] = types.ModuleType('octodns_bridge')
package.__path__ = []
for name, text in json.loads(b''.join(parts)):
    module = types.ModuleType('octodns_bridge.' + name)
    sys.modules[module.__name__] = module
    exec(compile(text, '<octodns-bridge>/' + name + '.py', 'exec'), module.__dict__)
    setattr(package, name, module)
del left, parts, part, package, name, text, module
sys.modules['octodns_bridge.main'].main()
