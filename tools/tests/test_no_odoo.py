# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast
from pathlib import Path
from unittest import TestCase

TOOLS = Path(__file__).resolve().parents[1]
DYNAMIC_IMPORTS = ("__import__", "import_module")


def imports_out_of_tools(tree, depth):
    """Lines and names of the imports in a module that need Odoo or the addon around tools/.

    `depth` is the number of packages that the module is in, tools itself included.
    """
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level > depth:
                yield node.lineno, "." * node.level + (node.module or "")
            elif not node.level:
                names = [node.module]
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", None))
            argument = node.args[0]
            if called in DYNAMIC_IMPORTS and isinstance(argument, ast.Constant):
                names = [str(argument.value)]
        for name in names:
            if name.split(".")[0] in ("odoo", "openerp"):
                yield node.lineno, name


class TestNoOdoo(TestCase):
    def test_tools_import_nothing_from_odoo(self):
        paths = sorted(TOOLS.rglob("*.py"))
        self.assertIn(TOOLS / "points.py", paths)
        for path in paths:
            depth = len(path.relative_to(TOOLS).parts)
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            with self.subTest(path=str(path.relative_to(TOOLS))):
                self.assertEqual(list(imports_out_of_tools(tree, depth)), [])

    def test_the_watch_sees_each_way_to_import(self):
        ways = (
            "import odoo",
            "import odoo.fields as fields",
            "import json, odoo",
            "from odoo import models",
            "from odoo.tools import float_round",
            "def inside():\n    from odoo import api",
            "import importlib; importlib.import_module('odoo.api')",
            "__import__('odoo')",
            "from ..models import support_tier",
            "from .. import models",
        )
        for code in ways:
            with self.subTest(code=code):
                self.assertTrue(list(imports_out_of_tools(ast.parse(code), depth=1)))
        for code in ("import odoo_like", "from .points import points_for", "from . import points"):
            with self.subTest(code=code):
                self.assertFalse(list(imports_out_of_tools(ast.parse(code), depth=1)))
