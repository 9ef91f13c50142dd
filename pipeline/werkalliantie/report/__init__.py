"""The page of `agree --html`: the ledger to look at, in one file."""

from werkalliantie.report.page import page_of, write_page

__all__ = ["page_of", "write_page"]
