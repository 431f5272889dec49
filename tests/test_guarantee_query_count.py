# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import freeze_time, tagged

from .test_guarantee import GuaranteeCommon, at


@tagged("post_install", "-at_install")
class TestGuaranteeQueryCount(GuaranteeCommon):
    """What guarantees cost grows with batches, not with tickets."""

    def _queries(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _create(self, count, level):
        return self.env["helpdesk.ticket"].create(
            [
                {
                    "name": "Login fails",
                    "description": "<p>Nobody can log in.</p>",
                    "partner_id": self.student_office.id,
                    "support_level_id": level.id,
                }
                for _number in range(count)
            ]
        )

    @freeze_time(at(2, 9))
    def test_further_tickets_with_guarantee_cost_what_others_cost(self):
        self._create(2, self.level_3)
        self._create(2, self.level_1)
        further = {
            level: self._queries(lambda level=level: self._create(22, level))
            - self._queries(lambda level=level: self._create(2, level))
            for level in (self.level_1, self.level_3)
        }
        self.assertLessEqual(further[self.level_3] - further[self.level_1], 20 * 0.1)

    @freeze_time(at(2, 9))
    def test_recomputing_costs_the_same_for_one_and_for_many(self):
        tickets = self._create(30, self.level_3)

        def recompute(some):
            self.guarantee.flush_recordset()
            self.env.cr.execute(
                "UPDATE support_guarantee SET reaction_hours = reaction_hours + 1 WHERE id = %s",
                [self.guarantee.id],
            )
            return self._queries(some._sync_guarantee_runs)

        recompute(tickets)
        self.assertEqual(recompute(tickets), recompute(tickets[:1]))

    @freeze_time(at(2, 9))
    def test_the_list_of_tickets_costs_the_same_for_one_and_for_many(self):
        tickets = self._create(20, self.level_3)
        names = (
            "support_due",
            "support_due_at",
            "reaction_state",
            "resolution_state",
            "reaction_minutes",
        )

        def read(some):
            return self._queries(
                lambda: (
                    self.env["helpdesk.ticket"]
                    .with_user(self.staff)
                    .web_search_read([("id", "in", some.ids)], {name: {} for name in names})
                )
            )

        read(tickets)
        self.assertEqual(read(tickets), read(tickets[:1]))
