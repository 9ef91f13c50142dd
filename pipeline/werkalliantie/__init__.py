"""Labels what probation workers say in taped sessions, and measures agreement with human coders."""

__version__ = "0.1.0"
