from tests.watchers.prober.conftest import stand

__all__ = ["stand"]
