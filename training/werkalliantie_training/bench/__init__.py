"""The project's own measurements, `werkalliantie bench`: JSON, with peers beside ours."""
