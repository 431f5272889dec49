# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from psycopg2 import IntegrityError

from .common import SupportCommon

CHOSEN_BY_THE_DATABASE = {"id", "group_key"}


@tagged("post_install", "-at_install")
class TestEntryInsert(SupportCommon):
    """What the ledger's own INSERT writes and caches is what the ORM's ``create`` would."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract(points=100)
        cls.ticket = cls._create_ticket()
        cls.entries = cls.env["support.point.entry"].sudo()

    def _values(self, key):
        """Entries that give each field, leave some out, and write dates and emptiness both ways."""
        same = {"contract_id": self.contract.id, "work_date": "2026-01-07", "name": "It's ü\n%s"}
        return [
            {
                **same,
                "kind": "grant",
                "points": 3,
                "amount": 10.005,
                "currency_id": self.env.company.currency_id.id,
                "expiry_date": "2027-01-31",
            },
            {
                **same,
                "kind": "usage",
                "points": -2,
                "ticket_id": self.ticket.id,
                "level_id": self.level_1.id,
                "group_key": f"{key}:1",
                "revision": 0,
                "corrects_id": False,
            },
            {**same, "kind": "expiry", "points": -1, "lot_id": self.contract.entry_ids[:1].id},
        ]

    def _rows(self, entries):
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT * FROM support_point_entry WHERE id IN %s ORDER BY id", entries._ids)
        )
        return [
            {name: value for name, value in row.items() if name not in CHOSEN_BY_THE_DATABASE}
            for row in self.env.cr.dictfetchall()
        ]

    def test_rows_are_those_of_the_orm(self):
        posted = self.entries._post(self._values("posted"))
        created = self.entries.create(
            [{**vals, "date": "2026-01-07"} for vals in self._values("created")]
        )
        self.assertEqual(len(posted), 3)
        self.assertEqual(posted.mapped("kind"), ["grant", "usage", "expiry"])
        self.assertEqual(self._rows(posted), self._rows(created))
        self.assertEqual(posted.create_uid, self.env.user)

    def test_rows_that_are_all_the_same_are_all_inserted(self):
        vals = self._values("posted")[0]
        posted = self.entries._post([dict(vals), dict(vals)])
        created = self.entries.create([{**vals, "date": "2026-01-07"}] * 2)
        self.assertEqual(self._rows(posted), self._rows(created))
        self.assertEqual(self.contract.balance, 112)

    def test_what_was_read_before_follows(self):
        balance, points = self.contract.balance, self.ticket.support_points
        self.assertFalse(self.ticket.support_entry_ids)
        before = self.contract.entry_ids
        posted = self.entries._post(self._values("posted"))
        self.assertEqual(self.contract.entry_ids, posted | before)
        self.assertEqual(self.ticket.support_entry_ids, posted[1])
        self.assertEqual(self.contract.balance, balance)
        self.assertEqual(self.ticket.support_points, points + 2)

    def test_values_that_no_entry_has_are_refused(self):
        vals = self._values("posted")[0]
        for wrong, error in (
            ({"kind": "gift"}, ValueError),
            ({"points": 0}, IntegrityError),
            ({"name": False}, IntegrityError),
            ({"colour": "red"}, KeyError),
        ):
            with (
                self.subTest(wrong),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.env.cr.savepoint(),
            ):
                self.entries._post([{**vals, **wrong}])
        self.assertEqual(self.contract.balance, 100)
