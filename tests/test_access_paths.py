# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .access_case import AccessCase
from .access_table import PORTAL_READS
from .common import MODULE

CUSTOMERS = ("alice", "bob", "fiona")


@tagged("post_install", "-at_install")
class TestAccessPaths(AccessCase):
    """What one may not read, one cannot sort, group, filter or export by, however long the path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = {
            (name, record.id)
            for name, by_label in cls.records.items()
            for label, record in by_label.items()
            # A tier, its level, service hours and a customer that both companies share.
            if label in "AB"
            and name not in ("res.partner", "resource.calendar")
            and (name, label) not in (("support.tier", "A"), ("support.level", "A"))
        }
        cls.markers = {
            *(cls.records["support.contract"][label].name for label in "AB"),
            *(cls.records["helpdesk.ticket"][label].name for label in "AB"),
            "Tier of 1",
            "Level B",
            "Order of A",
            "Order of B",
        }

    def _readable_models(self, role):
        """Return the names of the models to which a role has any access."""
        return [
            name
            for name, model in self.env.registry.items()
            if not model._abstract and self._call(role, name, "has_access", [], "read").value
        ]

    def _assert_refused_or_empty(self, role, model, method, *args):
        outcome = self._call(role, model, method, *args)
        with self.subTest(role=role, model=model, method=method, args=str(args)):
            # ValueError: such a field is in no table, so nobody sorts or groups by it.
            if not (outcome.is_refused or isinstance(outcome.error, ValueError)):
                self.assertFalse(outcome.value, str(outcome))

    def test_customers_read_no_field_of_ours_but_those_of_the_table(self):
        for role in CUSTOMERS:
            for name in self._readable_models(role):
                found = self._call(role, name, "fields_get", [], ["string"]).value
                ours = {one for one in found if self.env[name]._fields[one]._module == MODULE}
                with self.subTest(role=role, model=name):
                    self.assertLessEqual(ours, PORTAL_READS.get(name, set()))

    def test_customers_do_not_sort_or_group_by_what_they_do_not_read(self):
        for name in self._readable_models("alice"):
            model = self.env[name]
            found = self._call("alice", name, "fields_get", [], ["string"]).value
            for field in model._fields.values():
                if field._module != MODULE or field.name in found:
                    continue
                for method, args in (
                    ("search", ([], 0, 1, field.name)),
                    ("search", ([(field.name, "!=", False)],)),
                    ("formatted_read_group", ([], [field.name], ["__count"])),
                    ("formatted_read_group", ([], [], [f"{field.name}:count"])),
                    ("read", (self.alice_ticket.ids, [field.name])),
                ):
                    if method == "read" and name != "helpdesk.ticket":
                        continue
                    self._assert_refused_or_empty("alice", name, method, *args)

    def test_customers_do_not_filter_by_what_lies_behind_a_field(self):
        own = self._own_models()
        paths = 0
        for name in self._readable_models("alice"):
            for field in self.env[name]._fields.values():
                if field.comodel_name not in own:
                    continue
                for leaf in self.env[field.comodel_name]._fields.values():
                    if leaf.type in ("binary", "properties") or not (leaf.store or leaf.search):
                        continue
                    path = f"{field.name}.{leaf.name}"
                    self._assert_refused_or_empty("alice", name, "search", [(path, "!=", False)])
                    paths += 1
        self.assertGreater(paths, 50)

    def test_the_balance_is_no_oracle(self):
        for role in (*CUSTOMERS, "employee"):
            for model, path in (
                ("helpdesk.ticket", "support_contract_id.balance"),
                ("helpdesk.ticket", "support_contract_id.entry_ids.points"),
                ("helpdesk.ticket", "support_entry_ids.contract_id.balance"),
                ("res.partner", "support_contract_count"),
                ("sale.order.line", "support_contract_id.balance"),
                ("sale.order", "order_line.support_contract_id.balance"),
                ("account.move", "invoice_line_ids.sale_line_ids.support_contract_id.balance"),
            ):
                self._assert_refused_or_empty(role, model, "search", [(path, ">", 5)])
                self._assert_refused_or_empty(role, model, "search_count", [(path, ">", 5)])

    def _assert_nothing_of_company_1(self, outcome, comodels):
        self.assertIsNone(outcome.error, str(outcome))
        for marker in self.markers:
            self.assertNotIn(marker, str(outcome.value))
        for row in outcome.value if isinstance(outcome.value, list) else ():
            for name, comodel in comodels.items():
                value = row.get(name) or ()
                ids = value if isinstance(value, list) else value[:1]
                self.assertFalse({(comodel, one) for one in ids} & self.foreign, name)

    def test_the_other_company_finds_nothing_in_any_field_it_reads(self):
        for name in self.records:
            found = self._call("staff 2", name, "fields_get", [], ["string"]).value
            fields = [self.env[name]._fields[one] for one in found]
            if name not in self._own_models() and name != "helpdesk.ticket":
                fields = [one for one in fields if one._module == MODULE]
            comodels = {
                one.name: one.comodel_name for one in fields if one.comodel_name in self.records
            }
            with self.subTest(model=name):
                self._assert_nothing_of_company_1(
                    self._call("staff 2", name, "search_read", [], [one.name for one in fields]),
                    comodels,
                )
            for path in (*comodels, *(f"{one}/display_name" for one in comodels)):
                with self.subTest(model=name, export=path):
                    ids = self._call("staff 2", name, "search", []).value
                    outcome = self._call("staff 2", name, "export_data", ids, [path])
                    self._assert_nothing_of_company_1(outcome, {})
            for one in comodels:
                with self.subTest(model=name, groupby=one):
                    outcome = self._call(
                        "staff 2", name, "formatted_read_group", [], [one], ["__count"]
                    )
                    if isinstance(outcome.error, ValueError):
                        continue  # In no table, so nobody groups by it.
                    self._assert_nothing_of_company_1(outcome, comodels)

    def test_the_other_company_finds_nothing_by_name(self):
        for name in self.records:
            if name == "res.partner":
                continue
            for text in ("", "SP0", "Acme", "Beta", "Tier of 1", "Order"):
                with self.subTest(model=name, text=text):
                    outcome = self._call("staff 2", name, "name_search", text)
                    self.assertIsNone(outcome.error, str(outcome))
                    found = {(name, record_id) for record_id, _label in outcome.value}
                    self.assertFalse(found & self.foreign)

    def test_the_other_company_filters_by_nothing_of_ours(self):
        accounts = self.records["support.contract"]
        for label in "AB":
            account = accounts[label]
            for model, domain in (
                ("support.contract", [("name", "=", account.name)]),
                ("support.contract", [("id", "=", account.id), ("balance", ">", 5)]),
                ("support.point.entry", [("contract_id.name", "=", account.name)]),
                ("support.statement", [("contract_id", "=", account.id)]),
                ("support.tier", [("contract_ids.name", "=", account.name)]),
                ("support.tier", [("contract_ids.entry_ids.points", "=", 40), ("id", "=", 1)]),
                ("helpdesk.ticket", [("support_contract_id.name", "=", account.name)]),
                ("sale.order.line", [("support_contract_id.name", "=", account.name)]),
            ):
                self._assert_refused_or_empty("staff 2", model, "search", domain)
