"""How well coder models and what else a user might pick do, by the number of coded tapes."""

import os

# Before any library that reads them is imported.
for _name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
    os.environ.setdefault(_name, "1")
