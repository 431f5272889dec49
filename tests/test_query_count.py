# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestQueryCount(SupportCommon):
    """Booking costs few queries, and no more on an account with a long history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract(points=1000)
        cls.ticket = cls._create_ticket()
        cls.project = cls.company._get_support_project()

    def _count(self, lines, **values):
        """Queries of logging so many lines in one call, from a cold cache, as support staff."""
        self.env.flush_all()
        self.env.invalidate_all()
        vals_list = [{"unit_amount": 0.25, "name": "Work", **values} for _index in range(lines)]
        model = self.env["account.analytic.line"].with_user(self.staff)
        before = self.cr.sql_log_count
        model.create(vals_list)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _counts(self, lines):
        """Return the queries with and without a ticket, after one warm-up each."""
        on_ticket = {"ticket_id": self.ticket.id}
        on_project = {"project_id": self.project.id}
        for values in (on_ticket, on_project):
            self._count(lines, **values)
        return self._count(lines, **on_ticket), self._count(lines, **on_project)

    def test_one_line_costs_at_most_eight_further_queries(self):
        booked, stock = self._counts(1)
        self.assertLessEqual(booked - stock, 8)

    def test_ten_and_a_hundred_lines(self):
        for lines in (10, 100):
            booked, stock = self._counts(lines)
            with self.subTest(lines=lines):
                self.assertLessEqual(booked - stock, 8 + lines * 0.05)

    def test_history_costs_nothing(self):
        booked, _stock = self._counts(1)
        self._count(200, ticket_id=self.ticket.id)
        self.assertEqual(self._count(1, ticket_id=self.ticket.id), booked)

    def test_contract_list_costs_the_same_for_one_and_for_many(self):
        fields = {
            name: {}
            for name in ("name", "balance", "balance_state", "points_used", "points_credited")
        }
        fields["partner_id"] = fields["tier_id"] = {"fields": {"display_name": {}}}

        def count(ids):
            self.env.flush_all()
            self.env.invalidate_all()
            model = self.env["support.contract"].with_user(self.staff)
            before = self.cr.sql_log_count
            model.web_search_read([("id", "in", ids)], fields)
            return self.cr.sql_log_count - before

        many = self.contract
        for _index in range(20):
            many |= self._open_contract(points=10)
        count(many.ids)
        self.assertEqual(count(many.ids), count(self.contract.ids))
