'''The objects of a config: making them, and what is to be known of each.'''

import inspect
import logging
import re
import sys
from importlib import import_module, metadata

from octodns_bridge.errors import NotThere, kind_of, text_of

#: What a TypeError says when arguments do not fit; any other one is a fault within the constructor.
MISFIT = re.compile(r'unexpected keyword argument|missing \d+ required|multiple values for|takes .*positional argument')

#: Attributes of a provider that the engine obeys as well, since classes may set their own.
SETTINGS = (
    'apply_disabled',
    'update_pcent_threshold',
    'delete_pcent_threshold',
    'strict_supports',
    'root_ns_warnings',
)

HOOKS = ('source_zone', 'target_zone', 'source_and_target_zones', 'plan')


def types_out(names):
    '''Record types: their names, their classes, and whether a record of them has a single value.'''
    from octodns.record import Record, ValueMixin

    return [
        {'name': name, 'class': _class.__name__, 'single': issubclass(_class, ValueMixin)}
        for name, _class in sorted(Record.registered_types().items())
        if name in names
    ]


class Classes:
    '''What was made, by kind and name.'''

    def __init__(self):
        self.made = {'provider': {}, 'processor': {}, 'secret_handler': {}, 'plan_output': {}, 'validator': {}}
        self.providers = self.made['provider']

    def make(self, kind, name, id, path, options):
        from octodns.record import Record

        before = set(Record.registered_types())
        module, _class = find(path)
        types = options.pop('types', None) if kind == 'validator' else None
        made = self.made[kind][name] = construct(_class, id, options)
        out = describe(made, kind, path.rpartition('.')[0], module)
        out['types'] = types_out(set(Record.registered_types()) - before)
        if kind == 'validator':
            out['validator'] = register_validator(made, path, [types] if isinstance(types, str) else types)
        return out

    def copy(self, provider, name, directory):
        '''A provider like another, for another folder, as `octodns-dump --output-provider` makes it.'''
        original = self.providers[provider]
        if not hasattr(original, 'directory'):
            raise NotThere('no-directory', f'{provider} does not support the directory property')
        if original.directory == directory:
            made = original
        elif hasattr(original, 'copy'):
            made = original.copy()
            made.directory = directory
        else:
            raise NotThere('no-copy', f'{provider} does not support the copy method')
        self.providers[name] = made
        module = type(made).__module__
        out = describe(made, 'provider', module, sys.modules.get(module))
        out['types'] = []
        return out

    def stub(self, name, class_name, types, flags, options):
        '''Stands for a native source or target where a Python class wants to see it.'''
        from octodns.provider.base import BaseProvider

        attributes = {'SUPPORTS': set(types), 'SUPPORTS_GEO': False, 'SUPPORTS_DYNAMIC': False, **flags}
        attributes['log'] = logging.getLogger(f'{class_name}[{name}]')
        attributes['__module__'] = 'octodns_bridge.native'
        self.providers[name] = type(class_name, (BaseProvider,), attributes)(name, **options)


def find(path):
    '''The module and the class of a dotted path.'''
    module_name, _, class_name = path.rpartition('.')
    if not module_name:
        raise NotThere('no-path', f'"{path}" is not a path to a class')
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as e:
        missing = e.name or module_name
        is_own = module_name == missing or module_name.startswith(missing + '.')
        raise NotThere('no-module' if is_own else 'no-dependency', text_of(e), missing=missing) from e
    except (Exception, SystemExit) as e:
        raise NotThere('import-failed', f'{kind_of(e)}: {text_of(e)}') from e
    try:
        return module, getattr(module, class_name)
    except AttributeError as e:
        classes = sorted(
            name
            for name, found in vars(module).items()
            if isinstance(found, type) and not name.startswith('_')
            and found.__module__.partition('.')[0] == module_name.partition('.')[0]
        )
        raise NotThere('no-class', text_of(e), classes=classes) from e


def construct(_class, name, options):
    try:
        return _class(name, **options)
    except TypeError as e:
        if e.__traceback__.tb_next is not None and not MISFIT.search(str(e)):
            raise
        takes, needs = options_of(_class)
        raise NotThere('bad-options', text_of(e), takes=takes, needs=needs) from e


def options_of(_class):
    '''The names of the options that a class takes, and of those it needs; of its bases as well where it hands on others.'''
    takes, needs = [], []
    for base in inspect.getmro(_class):
        if '__init__' not in vars(base):
            continue
        try:
            parameters = list(inspect.signature(base.__init__).parameters.values())[2:]
        except (TypeError, ValueError):
            break
        for parameter in parameters:
            if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                if parameter.name not in takes:
                    takes.append(parameter.name)
                    if parameter.default is parameter.empty:
                        needs.append(parameter.name)
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            break
    return takes, needs


def version_of(module_name, module):
    '''The version of the package that a module is in, found as octoDNS finds it.'''
    while module_name:
        try:
            return metadata.version(module_name)
        except metadata.PackageNotFoundError:
            found = getattr(module, '__version__', getattr(module, '__VERSION__', None))
            if found is not None:
                return str(found)
        module_name = module_name.rpartition('.')[0]
        module = sys.modules.get(module_name)
    return 'n/a'


def describe(made, kind, module_name, module):
    out = {
        'class': type(made).__name__,
        'module': type(made).__module__,
        'version': version_of(module_name, module),
        'shown': text_of(made),
    }
    if kind == 'provider':
        out['provider'] = describe_provider(made)
    elif kind == 'processor':
        from octodns.processor.base import BaseProcessor

        out['hooks'] = [
            hook
            for hook in HOOKS
            if getattr(type(made), f'process_{hook}', None) is not getattr(BaseProcessor, f'process_{hook}')
        ]
    return out


def describe_provider(made):
    from octodns.provider.base import BaseProvider
    from octodns.provider.yaml import YamlProvider

    directory = getattr(made, 'directory', None)
    out = {
        'id': text_of(getattr(made, 'id', None) or '') or None,
        'target': isinstance(made, BaseProvider),
        'local': isinstance(made, YamlProvider),
        'lists': hasattr(made, 'list_zones'),
        'directory': None if directory is None or not hasattr(made, 'copy') else str(directory),
    }
    for name in SETTINGS:
        value = getattr(made, name, None)
        if value is not None:
            out[name] = float(value) if name.endswith('threshold') else bool(value)
    return out


def register_validator(made, path, types):
    '''Adds a validator to octoDNS's, and says what it is for.'''
    from octodns.record import Record

    sets = getattr(made, 'sets', None)
    out = {'id': str(getattr(made, 'id', '')), 'sets': None if sets is None else sorted(sets)}
    for scope, kind in validator_kinds().items():
        if isinstance(made, kind):
            if scope == 'zone':
                from octodns.zone import Zone

                Zone.register_zone_validator(made, replace=True)
            else:
                Record.register_validator(made, types=types, replace=True)
            return {'scope': scope, **out}
    raise NotThere('no-validator', f'{path} must extend RecordValidator, ValueValidator, or ZoneValidator')


def validator_kinds():
    '''The base classes of validators; octoDNS before 1.15 has none.'''
    try:
        from octodns.record.validator import RecordValidator, ValueValidator
        from octodns.zone.validator import ZoneValidator
    except ImportError:
        return {}
    return {'record': RecordValidator, 'value': ValueValidator, 'zone': ZoneValidator}


def configure_validators(config):
    '''Enables and disables validators as `manager.validators` says. What only the engine knows is left to it.'''
    from octodns.record import Record
    from octodns.zone import Zone

    if not hasattr(Record, 'enable_validators'):
        return
    sets = config.get('enabled', ('legacy',))
    Record.enable_validators(sets)
    Zone.enable_zone_validators(sets)
    record = config.get('record') or {}
    zone = config.get('zone') or {}
    for change, wanted in (
        (Record.enable_validator, record.get('validators', config.get('validators'))),
        (Record.disable_validator, record.get('disable_validators', config.get('disable_validators'))),
    ):
        for kind, ids in (wanted or {}).items():
            for id in ids:
                try_validator(change, id, types=None if kind == '*' else [kind])
    for id in zone.get('validators') or ():
        try_validator(Zone.enable_zone_validator, id)
    for id in zone.get('disable_validators') or ():
        try_validator(Zone.disable_zone_validator, id)


def try_validator(change, id, **options):
    try:
        change(id, **options)
    except Exception as e:
        logging.getLogger('python').debug('validator "%s": %s', id, e)
