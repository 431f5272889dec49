# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .access_world import AccessWorld


@tagged("post_install", "-at_install")
class TestCompanySeparation(AccessWorld):
    """Two companies of a firm serve the same customer, each with its accounts, tiers and staff."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = cls.records["support.tier"]["A"]
        cls.shared_level = cls.records["support.level"]["A"]
        cls.account_1 = cls.records["support.contract"]["A"]
        cls.account_2 = cls.env["support.contract"].create(
            {
                "partner_id": cls.acme.id,
                "tier_id": cls.shared.id,
                "company_id": cls.company_2.id,
                "covered_partner_ids": [Command.set(cls.faculty.ids)],
            }
        )
        cls.account_2.action_open()
        cls.both = cls.env(
            user=cls.users["admin"].id,
            context={"allowed_company_ids": [cls.company_2.id, cls.company.id]},
        )

    def _ticket(self, company, user, **values):
        return self.both["helpdesk.ticket"].create(
            {
                "name": "x",
                "description": "x",
                "partner_id": user.partner_id.id,
                "company_id": company.id,
                **values,
            }
        )

    def test_a_ticket_draws_from_the_account_with_its_own_company(self):
        accounts = ((self.company, self.account_1), (self.company_2, self.account_2))
        for user in (self.alice, self.fiona):
            for company, account in accounts:
                with self.subTest(user=user.name, company=company.name):
                    ticket = self._ticket(company, user, support_level_id=self.shared_level.id)
                    self.assertEqual(ticket.support_contract_id, account)

    def test_a_ticket_starts_on_no_level_of_the_other_company(self):
        for company in (self.company, self.company_2):
            ticket = self._ticket(company, self.alice)
            self.assertIn(ticket.support_level_id.company_id, (company, company.browse()))
            for label in "B2":
                level = self.records["support.level"][label]
                if level.company_id == company:
                    continue
                with self.subTest(company=company.name), self.assertRaises(UserError):
                    ticket.support_level_id = level

    def test_a_ticket_takes_no_account_of_the_other_company(self):
        ticket = self._ticket(self.company_2, self.alice, support_level_id=self.shared_level.id)
        with self.assertRaises(UserError):
            ticket.support_contract_id = self.account_1

    def test_time_goes_to_project_and_account_of_the_tickets_company(self):
        for company, account in ((self.company, self.account_1), (self.company_2, self.account_2)):
            ticket = self._ticket(company, self.alice, support_level_id=self.shared_level.id)
            worker = self.users["own"] if company == self.company else self.users["staff 2"]
            ticket.sudo().user_id = worker
            line = (
                self.env["account.analytic.line"]
                .with_user(worker)
                .create({"ticket_id": ticket.id, "name": "x", "unit_amount": 0.25})
            )
            line = line.sudo()
            with self.subTest(company=company.name):
                self.assertEqual(line.company_id, company)
                self.assertEqual(line.project_id.company_id, company)
                self.assertEqual(line.support_contract_id, account)

    def test_time_is_booked_on_no_account_of_the_other_company(self):
        ticket = self._ticket(self.company_2, self.alice, support_level_id=self.shared_level.id)
        values = {"ticket_id": ticket.id, "name": "x", "unit_amount": 0.25}
        lines = self.env["account.analytic.line"].with_user(self.users["staff 2"])
        line = lines.create({**values, "support_contract_id": self.account_1.id})
        self.assertEqual(line.sudo().support_contract_id, self.account_2)
        with self.assertRaises(UserError):
            line.sudo().support_contract_id = self.account_1
        self.assertEqual(self.account_1.balance, 38)

    def test_an_order_credits_the_account_with_its_own_company(self):
        for company, account in ((self.company, self.account_1), (self.company_2, self.account_2)):
            before = account.balance
            order = self._order(company)
            order.action_confirm()
            with self.subTest(company=company.name):
                self.assertEqual(order.order_line.support_contract_id, account)
                self.assertEqual(account.balance, before + 20)
                entry = account.entry_ids.filtered("sale_line_id")
                self.assertEqual(entry.currency_id, company.currency_id)

    def _order(self, company, **values):
        order = (
            self.both["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": self.acme.id,
                    "company_id": company.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.shared.product_id.id,
                                "product_uom_qty": 20,
                                **values,
                            }
                        )
                    ],
                }
            )
        )
        # Whether there is VAT is another test's matter.
        if not order.order_line.tax_ids:
            order.order_line.tax_ids = self.env["account.tax"].search(
                [("company_id", "=", company.id), ("type_tax_use", "=", "sale")], limit=1
            )
        return order

    def test_an_order_takes_no_account_of_the_other_company(self):
        with self.assertRaises(UserError):
            self._order(self.company_2, support_contract_id=self.account_1.id)

    def test_a_shared_tier_sells_in_the_currency_of_each_company(self):
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": self.company_2.currency_id.id,
                "company_id": self.company.id,
                "rate": 2,
            }
        )
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": self.company.currency_id.id,
                "company_id": self.company_2.id,
                "rate": 0.5,
            }
        )
        rate = self.shared.hourly_rate
        for company, factor in ((self.company, 1), (self.company_2, 2)):
            account = self.account_1 if company == self.company else self.account_2
            line = self._order(company).order_line
            with self.subTest(company=company.name):
                self.assertEqual(line.currency_id, company.currency_id)
                self.assertAlmostEqual(line.price_unit, rate / 4 * factor)
                self.assertEqual(account.currency_id, company.currency_id)
                self.assertAlmostEqual(account.effective_hourly_rate, rate * factor)
                # Who looks at the shared price sees one price, in the currency it was set in.
                tier = self.shared.with_company(company)
                self.assertEqual(tier.currency_id, tier.product_id.currency_id)

    def test_an_account_takes_no_tier_or_project_of_the_other_company(self):
        accounts = self.both["support.contract"]
        own = {"partner_id": self.acme.id, "company_id": self.company_2.id}
        project = self.company._get_support_project()
        for wrong in (
            {"tier_id": self.records["support.tier"]["B"].id},
            {"tier_id": self.shared.id, "project_id": project.id},
        ):
            with self.subTest(wrong), self.assertRaises(UserError):
                accounts.create({**own, **wrong})

    def test_who_works_for_both_companies_sees_both_and_may_look_at_one(self):
        ids = {self.account_1.id, self.account_2.id}
        accounts = self.both["support.contract"]
        domain = [("id", "in", list(ids))]
        self.assertEqual(set(accounts.search(domain).ids), ids)
        for company, account in ((self.company, self.account_1), (self.company_2, self.account_2)):
            one = accounts.with_context(allowed_company_ids=company.ids)
            self.assertEqual(one.search(domain), account)
            self.assertEqual(one.create({"partner_id": self.beta.id}).company_id, company)

    def test_each_companys_own_project_is_used_and_made_once(self):
        projects = self.company._get_support_project() | self.company_2._get_support_project()
        self.assertEqual(len(projects), 2)
        self.assertEqual(self.company_2._get_support_project().company_id, self.company_2)

    def test_every_job_runs_with_two_companies(self):
        crons = self.env["ir.cron"].search([("id", "in", self._own_ids("ir.cron"))], order="id")
        before = self._balances()
        for cron in crons:
            with self.subTest(cron.name), self.enter_registry_test_mode():
                cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._balances(), before)

    def _balances(self):
        return {
            account.id: account.balance
            for account in self.env["support.contract"].search([], order="id")
        }

    def _own_ids(self, model):
        return (
            self.env["ir.model.data"]
            .search([("module", "=", "helpdesk_support_points"), ("model", "=", model)])
            .mapped("res_id")
        )
