# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tests of the rules, with no database and no Odoo. From the root of the repository:

python -m pytest -p no:odoo -p tools.tests.rootless --rootdir tools tools/tests
"""
