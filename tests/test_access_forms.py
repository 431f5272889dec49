# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import etree
from odoo.tests import tagged

from .access_case import AccessCase
from .access_table import PORTAL, ROLES

# What the addon adds to is opened by people who have no right to support accounts at all.
OTHERS = {"hr": "hr.group_hr_user", "worker": "hr_timesheet.group_hr_timesheet_user"}


def _specification(node, fields):
    """Return what the web client reads for a view: fields, and those of lists inside."""
    wanted = {}
    for child in node.iterchildren():
        if child.tag != "field":
            wanted.update(_specification(child, fields))
            continue
        name = child.get("name")
        kind = fields[name]["type"]
        wanted[name] = {}
        if kind == "many2one":
            wanted[name] = {"fields": {"display_name": {}}}
        elif kind in ("one2many", "many2many"):
            wanted[name] = {"fields": {}}
            for subview in child.iterchildren("list", "kanban", "form"):
                wanted[name]["relation"] = fields[name]["relation"]
                wanted[name]["subview"] = subview
                break
    return wanted


@tagged("post_install", "-at_install")
class TestAccessForms(AccessCase):
    """Whoever may read a record can also open its views: nothing in them is refused."""

    others = OTHERS

    def _open(self, role, model, kind, record_id):
        """Open a view of a record as the web client does; return the outcome."""
        views = self._call(role, model, "get_views", [[False, kind]])
        if views.error:
            return views
        fields = {name: views.value["models"][name]["fields"] for name in views.value["models"]}
        arch = etree.fromstring(views.value["views"][kind]["arch"])

        def resolve(node, model_name):
            wanted = _specification(node, fields[model_name])
            for spec in wanted.values():
                if "subview" in spec:
                    spec["fields"] = resolve(spec.pop("subview"), spec.pop("relation"))
            return wanted

        specification = resolve(arch, model)
        return self._call(role, model, "web_read", [record_id], specification)

    def test_what_is_readable_opens(self):
        opened = 0
        for model, records in self.records.items():
            for role in (*ROLES, *OTHERS):
                if role in PORTAL:
                    continue
                for label, record in records.items():
                    if not self._call(role, model, "search", [("id", "=", record.id)]).value:
                        continue
                    for kind in ("form", "list"):
                        with self.subTest(model=model, role=role, label=label, kind=kind):
                            outcome = self._open(role, model, kind, record.id)
                            self.assertIsNone(outcome.error, str(outcome))
                            opened += 1
        self.assertGreater(opened, 200)

    def test_new_records_start_without_an_error(self):
        for model in self.records:
            for role in ("own", "all", "manager", "accounting", "invoicing", "sales", "admin"):
                if not self._call(role, model, "has_access", [], "create").value:
                    continue
                with self.subTest(model=model, role=role):
                    views = self._call(role, model, "get_views", [[False, "form"]])
                    names = list(views.value["models"][model]["fields"])
                    outcome = self._call(
                        role, model, "onchange", [], {}, [], {name: {} for name in names}
                    )
                    self.assertIsNone(outcome.error, str(outcome))
