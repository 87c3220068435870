from tests.watchers.vip.conftest import stand

__all__ = ["stand"]
