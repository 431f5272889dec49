# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .access_case import AccessCase
from .access_table import RIGHTS, ROLES
from .test_access_matrix import expand


@tagged("post_install", "-at_install")
class TestAccessReports(AccessCase):
    """Report addresses give bytes to those who may read the record, and to nobody else."""

    def _enter(self, role):
        if role == "public":
            self.authenticate(None, None)
        elif role == "admin":
            self.authenticate("admin", "admin")
        else:
            self._login(self.users[role])

    def _reports(self):
        return self.env["ir.actions.report"].search(
            [("model", "in", [name for name in self._own_models() if name in self.records])]
        )

    def test_each_report_of_each_record_for_each_role(self):
        reports = [(report.report_name, report.model) for report in self._reports()]
        self.assertTrue(reports)
        self.users["admin"].password = "admin"
        for role, home in ROLES.items():
            self._enter(role)
            for name, model in reports:
                readable = expand(RIGHTS[model].get(role, ""), home)
                for label, record in self.records[model].items():
                    for kind in ("html", "pdf"):
                        url = f"/report/{kind}/{name}/{record.id}"
                        with self.subTest(role=role, url=url), mute_logger("odoo.http"):
                            response = self.url_open(url, allow_redirects=False)
                            may_read = "r" in readable.get(label, "")
                            self.assertEqual(response.status_code == 200, may_read)
                            account = self.records["support.contract"][label].name
                            self.assertEqual(account in response.text, may_read)

    def test_a_report_of_several_records_is_not_given_for_one_of_them(self):
        statements = self.records["support.statement"]
        self._login(self.users["staff 2"])
        for ids in ((statements["2"], statements["A"]), (statements["A"], statements["2"])):
            numbers = ",".join(str(one.id) for one in ids)
            url = f"/report/html/helpdesk_support_points.report_support_statement/{numbers}"
            with self.subTest(url), mute_logger("odoo.http"):
                response = self.url_open(url)
                self.assertNotEqual(response.status_code, 200)
                self.assertNotIn(self.records["support.contract"]["A"].name, response.text)

    def test_visitors_call_nothing(self):
        self.authenticate(None, None)
        for model, records in self.records.items():
            for method, args in (("search", [[]]), ("read", [records["A"].ids, ["id"]])):
                with (
                    self.subTest(model=model, method=method),
                    mute_logger("odoo.http"),
                    self.assertRaises(JsonRpcException),
                ):
                    self.make_jsonrpc_request(
                        f"/web/dataset/call_kw/{model}/{method}",
                        {"model": model, "method": method, "args": args, "kwargs": {}},
                    )

    def test_browsers_requests_meet_the_same_rights(self):
        """The table was tried through the dispatcher; this is the same by HTTP."""
        account = self.records["support.contract"]["A"]
        for role, method, args in (
            ("alice", "read", (account.ids, ["balance"])),
            ("bob", "action_print_statement", (account.ids,)),
            ("own", "write", (account.ids, {"alert_points": 1})),
            ("accounting", "action_close", (account.ids,)),
            ("staff 2", "web_read", (account.ids, {"balance": {}})),
            ("staff 2", "action_open", (account.ids,)),
        ):
            with self.subTest(role=role, method=method):
                self._assert_refused(self.users[role], "support.contract", method, *args)
