"""The view as JSON and back, for /status.json and the command that asks for it (pure).

What another version added is ignored; what it lacks, and has no default, is an error.
"""

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

from exporter.web.status.view import View

_NUMBERS = (int, float)


def to_object(view: View) -> dict[str, Any]:
    """What json.dumps() takes; the keys are the fields of the view's classes."""
    return dataclasses.asdict(view)


def from_object(value: object) -> View:
    """Raises ValueError for what no status page says."""
    view = _read(View, value, "the answer")
    assert isinstance(view, View)  # noqa: S101  # by its first argument
    return view


def _read(kind: Any, value: object, where: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (some,) = [one for one in arguments if one is not type(None)]
        return None if value is None else _read(some, value, where)
    if origin is tuple:
        return tuple(_read(arguments[0], one, where) for one in _checked((list, tuple), value, where))
    if origin is Mapping:
        items = _checked(dict, value, where).items()
        return {str(key): _read(arguments[1], one, f"{where}.{key}") for key, one in items}
    if dataclasses.is_dataclass(kind):
        return _object(kind, _checked(dict, value, where), where)
    return _checked(_NUMBERS if kind is float else kind, value, where)


def _object(kind: Any, value: dict[str, object], where: str) -> Any:
    hints = get_type_hints(kind)
    given = {
        name: _read(hint, value[name], f"{where}.{name}") for name, hint in hints.items() if name in value
    }
    try:
        return kind(**given)
    except TypeError as error:  # one without a default is missing
        raise ValueError(f"{where}: {error}") from None


def _checked(kind: Any, value: object, where: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{where}: got {type(value).__name__}")
    return value
