"""The engine with a fault mended: run by the engine's own Python, in place of its program.

An update of a nested stack forgets the attributes of what didn't change (1.5.33), and whatever asks for one of them
then fails: as good as every second update. Of a stack that isn't nested they are handed on; here they are looked up.
"""

import sys
from typing import Any

from ministack.app import main
from ministack.services.cloudformation import _stacks, provisioners

_update = provisioners._update_resource


def _update_knowing(
    kind: str,
    physical: str,
    old: Any,
    new: Any,
    stack: str,
    logical: str | None = None,
    attributes: dict[str, Any] | None = None,
) -> Any:
    if attributes is None:
        known = (_stacks.get(stack) or {}).get("_resources", {}).get(logical, {})
        attributes = known.get("Attributes")
    return _update(kind, physical, old, new, stack, logical, attributes)


provisioners._update_resource = _update_knowing

if __name__ == "__main__":
    sys.exit(main())
