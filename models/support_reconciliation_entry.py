# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL


class SupportReconciliation(models.Model):
    """Entries that no rule could have posted."""

    _inherit = "support.reconciliation"

    def _find_entry_differences(self, contracts):
        """Find sales that no order or invoice knows, and packages that lost more than they had.

        A source that was deleted after it was cancelled has taken its points back. Entries that
        name neither a source nor the key of a rule, as from a migration, are nobody's.
        """
        own = (
            SQL("TRUE")
            if contracts is None
            else SQL("entry.contract_id IN %s", self._ids_of(contracts))
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 'entry', entry.contract_id, COALESCE(group_key, 'entry:' || entry.id),
                       min(entry.name), 0, sum(points)::int
                  FROM support_point_entry entry
                 WHERE kind IN ('purchase', 'refund') AND %(own)s
                   AND CASE
                       WHEN group_key LIKE 'order:%%' OR group_key LIKE 'invoice:%%'
                       THEN sale_line_id IS NULL AND invoice_line_id IS NULL
                       WHEN group_key IS NULL
                       THEN COALESCE(sale_line_id, invoice_line_id) IS NOT NULL
                       ELSE FALSE END
              GROUP BY 2, 3 HAVING sum(points) <> 0
             UNION ALL
                SELECT 'package', lot.contract_id, 'entry:' || lot.id,
                       lot.name, lot.points, -sum(entry.points)::int
                  FROM support_point_entry entry
                  JOIN support_point_entry lot ON lot.id = entry.lot_id
                 WHERE %(own)s
              GROUP BY lot.id HAVING -sum(entry.points) > lot.points
              ORDER BY 1, 2, 3
                """,
                own=own,
            )
        )
        keys = ("cause", "contract_id", "group_key", "source", "expected", "posted")
        return [dict(zip(keys, row, strict=True)) for row in rows]
