# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A pytest plugin that keeps pytest from importing the addon's own ``__init__.py``, and so Odoo.

The root of the repository is a package (the addon), and pytest imports every package above a test.
An empty stand-in under the root folder's name takes its place; ``tools`` below it is the real one.
"""

import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def stand_in_for(root):
    """An empty package in the place of the one in folder `root`."""
    package = ModuleType(root.name)
    package.__path__ = [str(root)]
    package.__file__ = str(root / "__init__.py")
    return package


sys.modules.setdefault(ROOT.name, stand_in_for(ROOT))
