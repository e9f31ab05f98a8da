"""The one connection to a database that everything heavy runs in."""

from marketsofone.engine.embedded import open_engine
from marketsofone.engine.holding import hold, release
from marketsofone.engine.scratch import scratch
from marketsofone.engine.spark import open_spark

__all__ = ["hold", "open_engine", "open_spark", "release", "scratch"]
