"""Values worked out when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, overload

O = TypeVar("O")  # noqa: E741 - the owner
T = TypeVar("T")


class lazy(Generic[O, T]):  # noqa: N801 - used like property
    """`functools.cached_property` without its lock, which costs more than most values here and is gone in Python 3.12:
    two threads may both work a value out, and keep the same.
    """

    def __init__(self, make: Callable[[O], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type[O], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[O]) -> lazy[O, T]: ...
    @overload
    def __get__(self, instance: O, owner: type[O]) -> T: ...
    def __get__(self, instance: O | None, owner: type[O]) -> lazy[O, T] | T:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value
