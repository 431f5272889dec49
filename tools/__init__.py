# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rules without Odoo: pure functions and small frozen dataclasses.

Nothing here imports ``odoo`` (``tests/test_no_odoo.py`` watches over it), and this file imports
nothing at all, so that each rule can be used and tested alone: ``from ..tools import points``.
"""
