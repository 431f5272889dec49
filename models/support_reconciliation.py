# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .account_analytic_line_ledger import BillingGroup
from .support_statement_issue import ISSUING_GROUPS

KEEP_REPAIRED_DAYS = 90
USAGE_CAUSES = ("usage", "stored")

_logger = logging.getLogger(__name__)


class SupportReconciliation(models.Model):
    """What differs between time, the ledger, and orders and invoices: nothing, if all is well.

    Time is compared with its entries, and order and invoice lines with what they credited, each in
    one pass over all accounts. What time lacks is posted by the rule that posts all usage.
    """

    _name = "support.reconciliation"
    _description = "Difference between Points and their Sources"
    _order = "state, create_date desc, id desc"
    _rec_names_search = ["contract_id"]

    contract_id = fields.Many2one(
        "support.contract", string="Support Account", readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    cause = fields.Selection(
        [
            ("usage", "Time and ledger differ"),
            ("stored", "Points shown at the time differ"),
            ("order", "Order and ledger differ"),
            ("invoice", "Invoice and ledger differ"),
            ("entry", "Entries without a source"),
            ("package", "More taken from a package than it had"),
        ],
        required=True,
        readonly=True,
    )
    expected = fields.Integer(readonly=True, help="Points by the source.")
    posted = fields.Integer(readonly=True, help="Points by the ledger.")
    difference = fields.Integer(readonly=True)
    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True, ondelete="cascade")
    sale_line_id = fields.Many2one("sale.order.line", readonly=True, ondelete="cascade")
    invoice_line_id = fields.Many2one("account.move.line", readonly=True, ondelete="cascade")
    group_key = fields.Char(readonly=True, export_string_translation=False)
    state = fields.Selection(
        [("open", "Open"), ("repaired", "Repaired")], default="open", required=True, readonly=True
    )
    obstacle = fields.Char(readonly=True, help="Why it could not be repaired.")
    name = fields.Char(string="What Differs", compute="_compute_name")

    @api.depends("cause", "expected", "posted", "ticket_id", "sale_line_id", "invoice_line_id")
    def _compute_name(self):
        for difference in self:
            sudo = difference.sudo()
            difference.name = self._difference_text(
                {
                    "cause": difference.cause,
                    "expected": difference.expected,
                    "posted": difference.posted,
                    "source": (
                        sudo.ticket_id.number
                        or sudo.sale_line_id.order_id.name
                        or sudo.invoice_line_id.move_id.name
                        or difference.group_key
                    ),
                }
            )

    @api.model
    def _difference_text(self, values):
        texts = {
            "usage": self.env._(
                "Time on %(source)s costs points: %(expected)s, the ledger has: %(posted)s."
            ),
            "stored": self.env._(
                "Time on %(source)s costs points: %(expected)s, its lines show: %(posted)s."
            ),
            "order": self.env._(
                "Order %(source)s is due points: %(expected)s, the ledger has: %(posted)s."
            ),
            "invoice": self.env._(
                "Invoice %(source)s is due points: %(expected)s, the ledger has: %(posted)s."
            ),
            "entry": self.env._(
                "No time, order or invoice is behind %(source)s: its points should be "
                "%(expected)s, the ledger has: %(posted)s."
            ),
            "package": self.env._(
                "Package %(source)s had points: %(expected)s, expiry and refunds took: %(posted)s."
            ),
        }
        return texts[values["cause"]] % {
            key: values[key] for key in ("source", "expected", "posted")
        }

    # ------------------------------------------------------------------
    # Finding
    # ------------------------------------------------------------------

    @api.model
    def _find_differences(self, contracts=None):
        """Return what differs now, as values of this model with its ``name``; changes nothing.

        :param contracts: only these accounts; by default all
        """
        self.env.flush_all()
        found = self.sudo()._find_usage_differences(contracts)
        found += self.sudo()._find_credit_differences(contracts)
        found += self.sudo()._find_entry_differences(contracts)
        return [{**values, "name": self._difference_text(values)} for values in found]

    def _find_usage_differences(self, contracts):
        """Compare all billing groups with their entries and with the points that lines show."""
        found = []
        for row in self.env.execute_query(self._usage_query(contracts)):
            key, contract_id, ticket_id, expected, posted, shown, number = row
            values = {
                "contract_id": contract_id,
                "ticket_id": ticket_id,
                "group_key": key,
                "source": number or key,
                "expected": expected,
            }
            if expected != posted:
                found.append({**values, "cause": "usage", "posted": posted})
            elif expected != shown:
                found.append({**values, "cause": "stored", "posted": shown})
        return found

    def _usage_query(self, contracts):
        """One query for all groups; minutes and points are rounded as ``tools.points`` does."""
        own = (
            SQL("TRUE") if contracts is None else SQL("contract_id IN %s", self._ids_of(contracts))
        )
        hours = [SQL("(%s, %s::float8)", *pair) for pair in self._hours_of_units()]
        return SQL(
            """
            WITH unit (id, hours) AS (VALUES %(hours)s),
            minutes AS (
                SELECT CASE contract.rounding_scope
                       WHEN 'entry' THEN 'line:' || line.id || ':' || line.ticket_id
                       WHEN 'ticket' THEN 'ticket:' || line.ticket_id
                       ELSE 'day:' || line.ticket_id || ':' || line.date
                       END || ':c' || contract.id AS key,
                       contract.id AS contract_id, line.ticket_id, contract.minutes_per_point,
                       COALESCE(line.support_points, 0) AS shown,
                       CASE WHEN line.support_billable AND line.unit_amount > 0 THEN round(round(
                            (line.unit_amount * COALESCE(unit.hours, 1))::numeric * 60, 9
                       ))::int ELSE 0 END AS minutes
                  FROM account_analytic_line line
                  JOIN support_contract contract ON contract.id = line.support_contract_id
             LEFT JOIN unit ON unit.id = line.product_uom_id
                 WHERE line.ticket_id IS NOT NULL
            ), target AS (
                SELECT key, contract_id, min(ticket_id) AS ticket_id,
                       (sum(minutes) + min(minutes_per_point) - 1) / min(minutes_per_point)
                           AS points,
                       sum(shown) AS shown
                  FROM minutes WHERE %(own)s GROUP BY key, contract_id
            ), posted AS (
                SELECT COALESCE(group_key, 'entry:' || id) AS key, contract_id,
                       max(ticket_id) AS ticket_id, -sum(points) AS points
                  FROM support_point_entry
                 WHERE kind IN ('usage', 'correction') AND %(own)s
                   AND (group_key LIKE 'line:%%' OR group_key LIKE 'day:%%'
                        OR group_key LIKE 'ticket:%%'
                        OR (group_key IS NULL AND timesheet_id IS NOT NULL))
              GROUP BY 1, 2
            )
            SELECT found.*, ticket.number FROM (
                SELECT COALESCE(target.key, posted.key) AS key,
                       COALESCE(target.contract_id, posted.contract_id) AS contract_id,
                       COALESCE(target.ticket_id, posted.ticket_id) AS ticket_id,
                       COALESCE(target.points, 0)::int AS expected,
                       COALESCE(posted.points, 0)::int AS posted,
                       COALESCE(target.shown, 0)::int AS shown
                  FROM target
             FULL JOIN posted ON posted.key = target.key
                             AND posted.contract_id = target.contract_id
                 WHERE COALESCE(target.points, 0) <> COALESCE(posted.points, 0)
                    OR COALESCE(target.points, 0) <> COALESCE(target.shown, 0)
            ) found LEFT JOIN helpdesk_ticket ticket ON ticket.id = found.ticket_id
            ORDER BY found.key
            """,
            hours=SQL(", ").join(hours),
            own=own,
        )

    def _hours_of_units(self):
        """Pairs (unit id, hours) of all units of time, for time that is encoded in days."""
        hour = self.env.ref("uom.product_uom_hour")
        units = self.env["uom.uom"].with_context(active_test=False).search([])
        return [
            (unit.id, unit._compute_quantity(1.0, hour, round=False))
            for unit in units
            if unit._has_common_reference(hour)
        ]

    @staticmethod
    def _ids_of(records):
        # PostgreSQL knows no empty list.
        return tuple(records.ids) or (0,)

    # ------------------------------------------------------------------
    # Running and repairing
    # ------------------------------------------------------------------

    @api.model
    def _check_may_reconcile(self):
        if not (self.env.su or any(map(self.env.user.has_group, ISSUING_GROUPS))):
            raise AccessError(
                self.env._(
                    "Only helpdesk managers and accountants of support points reconcile accounts."
                )
            )

    def action_check(self):
        """Compare everything now, repair usage, and say what differed, on whatever it is called."""
        self._check_may_reconcile()
        self.check_access("read")
        found = self.sudo().browse()._reconcile()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if found else "success",
                "message": self._compared_text(found),
                # The list where the button is.
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _compared_text(self, found):
        if not found:
            return self.env._("Compared: nothing differs.")
        return self.env._(
            "Compared: %(found)s found, of these repaired: %(repaired)s.",
            found=len(found),
            repaired=len(found.filtered(lambda one: one.state == "repaired")),
        )

    @api.model
    def _cron_reconcile(self):
        """Compare everything every night; it should find nothing."""
        self.env["support.contract"]._book_all_waiting_time()
        found = self._reconcile()
        if found:
            _logger.warning(
                "Reconciliation of support points: %s differed, %s of them still do.",
                len(found),
                len(found.filtered(lambda one: one.state == "open")),
            )

    def _reconcile(self):
        """Replace the list of differences; what time lacks in the ledger is posted at once."""
        old = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_REPAIRED_DAYS)
        self.search(
            ["|", ("state", "=", "open"), ("create_date", "<", fields.Datetime.to_string(old))]
        ).unlink()
        found = self.create([self._stored_values(one) for one in self._find_differences()])
        found.filtered(lambda one: one.cause in USAGE_CAUSES)._repair()
        return found

    def _stored_values(self, values):
        contract = self.env["support.contract"].browse(values.get("contract_id"))
        line = self.env["sale.order.line"].browse(values.get("sale_line_id"))
        invoice_line = self.env["account.move.line"].browse(values.get("invoice_line_id"))
        return {
            **{key: value for key, value in values.items() if key not in ("name", "source")},
            "difference": values["expected"] - values["posted"],
            "company_id": (contract or line or invoice_line).company_id.id,
        }

    def action_repair(self):
        """Let the rule that posts these points run again, which posts what is missing."""
        self._check_may_reconcile()
        self.check_access("read")
        self.sudo().filtered(lambda one: one.state == "open")._repair()
        return True

    def _repair(self):
        """Repair each difference by itself, and note what is in the way of it."""
        for difference in self:
            try:
                with self.env.cr.savepoint():
                    difference._repair_source()
            except UserError as error:
                difference.obstacle = error.args[0]
        self.env.flush_all()
        contracts = self.contract_id
        left = {
            self._identity(values)
            for values in self._find_differences(
                contracts if all(self.mapped("contract_id")) else None
            )
        }
        for difference in self:
            identity = self._identity(
                {
                    "cause": difference.cause,
                    "contract_id": difference.contract_id.id,
                    "group_key": difference.group_key,
                    "sale_line_id": difference.sale_line_id.id,
                    "invoice_line_id": difference.invoice_line_id.id,
                }
            )
            if identity not in left:
                difference.write({"state": "repaired", "obstacle": False})
            elif not difference.obstacle:
                difference.obstacle = self.env._("It still differs: somebody must look at it.")

    @api.model
    def _identity(self, values):
        keys = ("cause", "contract_id", "group_key", "sale_line_id", "invoice_line_id")
        return tuple(values.get(key) or False for key in keys)

    def _repair_source(self):
        """Run the idempotent rule behind the difference once more."""
        self.ensure_one()
        if self.cause in USAGE_CAUSES:
            lines = self._time_lines()
            group = BillingGroup(self.contract_id, self.ticket_id, None, lines)
            lines._sync_ledger({self.group_key: group})
            self.env.add_to_compute(lines._fields["support_points"], lines)
            lines.flush_recordset(["support_points"])
        else:
            self._repair_credit()

    def _time_lines(self):
        """Return the time lines of the billing group."""
        lines = self.env["account.analytic.line"].search(
            [
                ("ticket_id", "=", self.ticket_id.id),
                ("support_contract_id", "=", self.contract_id.id),
            ]
        )
        groups = lines._billing_groups()
        return groups[self.group_key].lines if self.group_key in groups else lines.browse()

    def action_open_source(self):
        """Open the ticket, order or invoice that differs."""
        self.ensure_one()
        source = (
            self.ticket_id
            or self.sale_line_id.order_id
            or self.invoice_line_id.move_id
            or self.contract_id
        )
        return source.get_formview_action()
