# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestAppendOnly(SupportCommon):
    """Nobody changes or deletes an entry: not the ORM, not a superuser, not SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract(points=100)
        cls.entry = cls.contract.entry_ids

    def test_orm_refuses_even_the_superuser(self):
        for entries in (self.entry.sudo(), self.entry.with_user(self.env.ref("base.user_admin"))):
            # An AccessError is a UserError too.
            with self.assertRaises(UserError):
                entries.write({"points": 5})
            with self.assertRaises(UserError):
                entries.unlink()
            with self.assertRaises(UserError):
                entries.points = 7

    def test_no_group_may_create_entries(self):
        for user in (self.staff, self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.env["support.point.entry"].with_user(user).create(
                    {
                        "contract_id": self.contract.id,
                        "kind": "grant",
                        "points": 5,
                        "date": "2026-01-01",
                        "work_date": "2026-01-01",
                        "name": "Forged",
                    }
                )

    @mute_logger("odoo.sql_db")
    def test_sql_is_refused_by_the_database(self):
        for query in (
            "UPDATE support_point_entry SET points = 999",
            "UPDATE support_point_entry SET ticket_id = NULL, name = 'x'",
            "UPDATE support_point_entry SET timesheet_id = 1 WHERE timesheet_id IS NULL",
            "DELETE FROM support_point_entry",
            "TRUNCATE support_point_entry CASCADE",
        ):
            with self.subTest(query), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.env.cr.execute(query)
        self.assertEqual(self.contract.balance, 100)

    def test_clearing_the_key_of_a_deleted_timesheet_is_allowed(self):
        line = self._log(self._create_ticket(), 20)
        entry = self._usage(self.contract)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_point_entry SET timesheet_id = NULL WHERE id = %s", [entry.id]
        )
        line.unlink()
        self.assertTrue(entry.exists())

    def test_ticket_with_entries_cannot_be_deleted(self):
        ticket = self._create_ticket()
        self._log(ticket, 20).unlink()
        with self.assertRaisesRegex(UserError, "Archive the ticket"):
            ticket.unlink()

    @mute_logger("odoo.sql_db")
    def test_a_key_is_posted_once_per_revision(self):
        self._grant(self.contract, 5, group_key="import:1", revision=0)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._grant(self.contract, 5, group_key="import:1", revision=0)

    @mute_logger("odoo.sql_db")
    def test_points_are_bounded_both_ways(self):
        for points in (0, 1_000_001, -1_000_001):
            with self.subTest(points), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._grant(self.contract, points)

    def test_trigger_and_function_exist_once(self):
        self.env["support.point.entry"].init()
        self.env.cr.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'support_point_entry'::regclass "
            "AND NOT tgisinternal"
        )
        self.assertEqual(self.env.cr.fetchone()[0], 2)

    def test_partners_of_an_account_can_be_merged(self):
        ticket = self._create_ticket()
        self._log(ticket, 20)
        twin = self.env["res.partner"].create({"name": "University of Tests", "is_company": True})
        self.env["base.partner.merge.automatic.wizard"]._merge((self.university | twin).ids, twin)
        self.env.invalidate_all()
        self.assertEqual(self.contract.partner_id, twin)
        self.assertEqual(self.contract.balance, 98)
