# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
from contextlib import contextmanager, suppress
from datetime import date
from unittest.mock import patch

from odoo import api
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from .common import MODULE
from .test_statement import StatementCommon

LAST_MONTH = ("2026-04-01", "2026-04-30")


class IssueCommon(StatementCommon):
    """Issuing commits, so it runs on a cursor of its own that the test rolls back in the end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.actions.report"].get_wkhtmltopdf_state() != "ok":
            raise cls.skipTest(cls, "wkhtmltopdf is not installed")
        cls.accountant = new_test_user(
            cls.env,
            login="support.accountant",
            groups=f"{MODULE}.group_support_accounting",
            company_id=cls.company.id,
        )

    @contextmanager
    def _request(self, user=None):
        """An environment as a request of the user has it: with a cursor that may commit."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            yield api.Environment(cursor, (user or self.manager).id, {"tracking_disable": True})

    def _issue(self, statement, user=None):
        with self._request(user) as env:
            statement.with_env(env).action_issue()
        return statement

    def _refusal(self, statement, user=None):
        """The message of the refusal; assertRaises would undo what was left behind."""
        try:
            self._issue(statement, user)
        except UserError as error:
            return error.args[0]
        return self.fail("it was issued")

    def _issued(self, date_from, date_to, contract=None):
        return self._issue(self._statement(date_from, date_to, contract))


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestStatementIssue(IssueCommon):
    def test_it_gets_a_number_its_pdf_is_kept_and_the_period_is_closed(self):
        self._grant(self.contract, 20, day="2026-04-02")
        statement = self._issued(*LAST_MONTH)
        self.assertRecordValues(
            statement,
            [
                {
                    "state": "issued",
                    "name": "ST/2026/00001",
                    "issue_date": date(2026, 5, 12),
                    "opening": 0,
                    "closing": 20,
                }
            ],
        )
        self.assertEqual(self.contract.lock_date, date(2026, 4, 30))
        pdf = statement.attachment_id.raw
        text = " ".join(page.extract_text() for page in PdfFileReader(io.BytesIO(pdf)).pages)
        self.assertIn("ST/2026/00001", text)
        self.assertIn("Issued on", text)
        self.assertIn("05/12/2026", text)
        self.assertNotIn("Current state as of", text)

    def test_an_accountant_issues_and_nobody_else_outside_of_the_managers(self):
        statement = self._statement(*LAST_MONTH)
        self.assertIn("Only helpdesk managers", self._refusal(statement, self.staff))
        self.assertEqual(statement.state, "draft")
        self.assertFalse(self.contract.lock_date)
        self._issue(statement, self.accountant)
        self.assertEqual(statement.state, "issued")

    def test_the_pdf_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.university.lang = "de_DE"
        self._grant(self.contract, 20, day="2026-04-27")
        statement = self._issued(*LAST_MONTH)
        pages = PdfFileReader(io.BytesIO(statement.attachment_id.raw)).pages
        self.assertIn("27.04.2026", pages[0].extract_text())

    def test_only_past_periods(self):
        for last in ("2026-05-12", "2026-05-31"):
            statement = self._statement("2026-05-01", last)
            with self.subTest(last=last):
                self.assertIn("is not over", self._refusal(statement))
        self.assertFalse(self.contract.lock_date)
        self._issued("2026-05-01", "2026-05-11")

    @freeze_time("2026-04-30 22:30:00")
    def test_a_day_is_over_in_the_companys_time_zone(self):
        self.company.partner_id.tz = "UTC"
        statement = self._statement(*LAST_MONTH)
        self.assertIn("is not over", self._refusal(statement))
        self.company.partner_id.tz = "Europe/Berlin"
        self._issue(statement)
        self.assertEqual(statement.state, "issued")

    def test_no_gap_and_no_overlap(self):
        self._issued("2026-02-01", "2026-02-28")
        for first in ("2026-02-28", "2026-03-02", "2026-01-01"):
            statement = self._statement(first, "2026-03-31")
            with self.subTest(first=first):
                self.assertIn("03/01/2026", self._refusal(statement))
        third = self._issued("2026-03-01", "2026-03-31")
        self.assertEqual(third.name, "ST/2026/00002")

    def test_numbers_are_the_companys_own(self):
        company = self.env["res.company"].create({"name": "Sister Company"})
        self.manager.company_ids |= company
        contract = self._open_contract(self.other_university, company_id=company.id)
        self._issued(*LAST_MONTH)
        statement = self._statement(*LAST_MONTH, contract=contract)
        with self._request() as env:
            env = env(context={"allowed_company_ids": (self.company | company).ids})
            statement.with_env(env).action_issue()
        self.assertEqual(statement.name, "ST/2026/00001")

    def test_issuing_twice_changes_nothing(self):
        statement = self._issued(*LAST_MONTH)
        attachment, checksum = statement.attachment_id, statement.attachment_id.checksum
        self._issue(statement)
        self.assertEqual(statement.attachment_id, attachment)
        self.assertEqual(attachment.checksum, checksum)

    def test_the_kept_pdf_stays(self):
        attachment = self._issued(*LAST_MONTH).attachment_id
        for user in (self.manager, self.accountant):
            kept = attachment.with_user(user)
            for values in ({"raw": b"forged"}, {"res_id": 0}, {"public": True}):
                with self.subTest(values=values), self.assertRaises(UserError):
                    kept.write(values)
            with self.assertRaises(UserError):
                kept.unlink()
        self.assertTrue(attachment.exists().raw.startswith(b"%PDF"))

    def test_late_work_is_said_in_both_statements(self):
        self._issued(*LAST_MONTH)
        ticket = self._create_ticket(name="Forgotten work")
        self._log(ticket, 30, date="2026-04-20")
        april = self.contract.statement_ids
        kept = april.attachment_id.checksum
        may = self._statement("2026-05-01", "2026-05-31")
        self.assertEqual((april.closing, may.opening, may.closing), (0, 0, -2))
        self.assertEqual((april.late_points, may.late_points), (-2, 0))
        self.assertIn("booked after the period had been closed (points: −2)", self._text(april))
        self.assertIn("For work on 04/20/2026, in a closed period", self._text(may))
        self.assertNotIn("had been closed", self._text(may))
        self.assertEqual(april.attachment_id.checksum, kept)
        entries = self.env["support.point.entry"].search(april.action_view_late_entries()["domain"])
        self.assertEqual(entries.mapped("points"), [-2])

    def test_late_work_that_came_to_nothing_is_said_too(self):
        self._issued(*LAST_MONTH)
        self._log(self._create_ticket(), 30, date="2026-04-20").unit_amount = 0
        april = self.contract.statement_ids
        self.assertEqual(april.late_points, 0)
        self.assertIn("had been closed (points: 0)", self._text(april))

    def test_what_differs_is_not_issued(self):
        line = self._log(self._create_ticket(), 30, date="2026-04-20")
        self.env.flush_all()
        self.cr.execute("UPDATE account_analytic_line SET unit_amount = 2 WHERE id = %s", [line.id])
        self.env.invalidate_all()
        statement = self._statement(*LAST_MONTH)
        self.assertIn(f"{line.ticket_id.number} costs points: 8", self._refusal(statement))
        self.assertFalse(self.contract.lock_date)
        self.env["support.reconciliation"].action_check()
        self._issue(statement)
        self.assertEqual(statement.closing, -8)


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestStatementInterrupted(IssueCommon):
    def _interrupt(self):
        """Issue while the server dies between closing the period and keeping the PDF."""
        statement = self._statement(*LAST_MONTH)

        class Killed(BaseException):
            """No Exception, so that nothing on the way handles it."""

        def die(*args, **kwargs):
            raise Killed

        # Not assertRaises, which would undo what was committed.
        with (
            patch.object(type(self.env["ir.actions.report"]), "_render_qweb_pdf", die),
            suppress(Killed),
        ):
            self._issue(statement)
        return statement

    def test_nothing_is_half_issued_and_a_second_click_goes_on(self):
        self._grant(self.contract, 7, day="2026-04-02")
        statement = self._interrupt()
        self.assertRecordValues(
            statement, [{"state": "closing", "name": False, "attachment_id": False}]
        )
        self.assertEqual(self.contract.lock_date, date(2026, 4, 30))
        self.assertIn("interrupted", self._refusal(self._statement("2026-05-01", "2026-05-10")))
        self._issue(statement)
        self.assertRecordValues(statement, [{"state": "issued", "closing": 7}])
        self.assertEqual(statement.name, "ST/2026/00001")

    def test_the_job_goes_on(self):
        statement = self._interrupt()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.cron_finish_issuing").method_direct_trigger()
        self.assertEqual(statement.state, "issued")
        self.assertTrue(statement.attachment_id)


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestStatementBatch(IssueCommon):
    def _batch(self, user=None, **values):
        batch = self.env["support.statement.batch"].with_user(user or self.manager).create(values)
        with self._request(user) as env:
            batch.with_env(env).action_issue()
        return batch

    def _line_of(self, batch, contract):
        return batch.line_ids.filtered(lambda line: line.contract_id == contract)

    def test_all_accounts_up_to_the_end_of_last_month(self):
        self._grant(self.contract, 20, day="2026-03-05")
        idle = self._open_contract(self.other_university)
        closed = self._open_contract(self.other_university, tier=self.tier_technical)
        self._grant(closed, 5, day="2026-04-05")
        closed.action_close()
        batch = self._batch(self.accountant)
        self.assertEqual(self._line_of(batch, self.contract).outcome, "issued")
        self.assertEqual(self._line_of(batch, closed).outcome, "issued")
        self.assertEqual(self._line_of(batch, idle).outcome, "skipped")
        self.assertFalse(idle.statement_ids)
        statement = self.contract.statement_ids
        self.assertEqual(
            (statement.date_from, statement.date_to), (date(2026, 3, 5), date(2026, 4, 30))
        )
        again = self._batch()
        self.assertIn("closed already", self._line_of(again, self.contract).reason)

    def test_one_that_fails_holds_up_no_other(self):
        contracts = self.contract | self._open_contract(self.other_university)
        for contract in contracts:
            self._grant(contract, 5, day="2026-04-05")
        line = self._log(self._create_ticket(), 30, date="2026-04-20")
        self.env.flush_all()
        self.cr.execute("UPDATE account_analytic_line SET unit_amount = 2 WHERE id = %s", [line.id])
        self.env.invalidate_all()
        batch = self._batch(contract_ids=contracts.ids)
        self.assertEqual(self._line_of(batch, contracts[0]).outcome, "failed")
        self.assertIn("does not add up", self._line_of(batch, contracts[0]).reason)
        self.assertEqual(self._line_of(batch, contracts[1]).outcome, "issued")
        self.assertFalse(contracts[0].statement_ids)
        self.assertFalse(contracts[0].lock_date)

    def test_idle_accounts_on_request(self):
        batch = self._batch(with_idle=True, contract_ids=self.contract.ids, date_to="2026-05-11")
        self.assertEqual(
            batch.line_ids.reason,
            "It has no days up to then: the account begins on 05/12/2026.",
        )
        self._grant(self.contract, 5, day="2026-04-05")
        self._batch()
        batch = self._batch(with_idle=True, contract_ids=self.contract.ids, date_to="2026-05-11")
        self.assertEqual(batch.line_ids.statement_id.date_from, date(2026, 5, 1))
        batch = self._batch(with_idle=True, contract_ids=self.contract.ids, date_to="2026-05-11")
        self.assertEqual(
            batch.line_ids.reason, "Its period is closed already up to this day or later."
        )

    def test_staff_issue_no_batch(self):
        with self.assertRaises(AccessError):
            self.env["support.statement.batch"].with_user(self.staff).create({})

    def test_the_next_period_is_proposed(self):
        self._grant(self.contract, 5, day="2026-03-05")
        contract = self.contract.with_user(self.manager)
        statement = self.env["support.statement"].browse(contract.action_next_statement()["res_id"])
        self.assertEqual(
            (statement.date_from, statement.date_to), (date(2026, 3, 5), date(2026, 4, 30))
        )
        self.assertEqual(contract.action_next_statement()["res_id"], statement.id)
        self._issue(statement)
        with self.assertRaisesRegex(UserError, "on 05/01/2026. Issue it from 06/01/2026 on"):
            contract.action_next_statement()


@tagged("post_install", "-at_install")
class TestBalanceOn(StatementCommon):
    def test_balances_of_many_accounts_take_one_query(self):
        other = self._open_contract(self.other_university)
        self._grant(self.contract, 20, day="2026-03-05")
        self._grant(self.contract, 1, day="2026-03-06")
        self._grant(other, 4, day="2026-03-06")
        both = self.contract | other
        self.env.flush_all()
        with self.assertQueryCount(1):
            balances = both._balance_on("2026-03-05")
        self.assertEqual(balances, {self.contract.id: 20, other.id: 0})
        self.assertEqual(both._balance_on("2026-03-06"), {self.contract.id: 21, other.id: 4})

    def test_the_dialog_shows_the_day(self):
        self._grant(self.contract, 20, day="2026-03-05")
        action = self.contract.with_user(self.staff).action_balance_on()
        wizard = (
            self.env["support.balance.on"].with_user(self.staff).with_context(**action["context"])
        )
        shown = wizard.create({"date": "2026-03-04"})
        self.assertEqual(shown.line_ids.balance, 0)
        shown.date = "2026-03-05"
        self.assertEqual(shown.line_ids.balance, 20)
        self.assertEqual(shown.line_ids.balance_hours, 5)
