# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager
from functools import cache

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.points import InvalidTime, minutes_from_hours

# A change of one of these may change what a billing group costs.
BOOKING_KEYS = {
    "unit_amount",
    "product_uom_id",
    "date",
    "ticket_id",
    "support_contract_id",
    "support_billable",
}
COSTS_BY_LINE = "helpdesk_support_points.costs_by_line"


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    ticket_id = fields.Many2one(
        "helpdesk.ticket",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', 'in', [company_id, False])]",
    )
    support_level_id = fields.Many2one(
        "support.level", string="Level", ondelete="restrict", help="The level that did the work."
    )
    support_contract_id = fields.Many2one(
        "support.contract",
        string="Support Account",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        help="The account that pays for this time; it stays as it was when the time was logged.",
    )
    support_points = fields.Integer(string="Points", compute="_compute_support_points", store=True)
    support_billable = fields.Boolean(
        string="Billed in Points",
        default=True,
        help="Time that is not billable shows, but costs nothing.",
    )
    support_free_reason = fields.Char(string="Reason", help="Why the time is not billable.")
    support_booking_state = fields.Selection(
        [("booked", "Booked"), ("free", "Not billable"), ("unbooked", "Unbooked")],
        string="Booking",
        compute="_compute_support_booking_state",
    )

    support_partner_id = fields.Many2one(
        related="ticket_id.commercial_partner_id", string="Ticket Customer"
    )
    support_unbooked_cause = fields.Char(
        string="Why Unbooked", compute="_compute_support_unbooked_cause", compute_sudo=True
    )
    support_explanation = fields.Html(
        compute="_compute_support_explanation",
        compute_sudo=True,
        sanitize=False,
        export_string_translation=False,
    )

    @api.depends("ticket_id", "support_contract_id", "support_billable")
    def _compute_support_booking_state(self):
        for line in self:
            if not line.ticket_id:
                line.support_booking_state = False
            elif not line.support_billable:
                line.support_booking_state = "free"
            else:
                line.support_booking_state = "booked" if line._paying_contract() else "unbooked"

    @api.constrains("support_billable", "support_free_reason", "ticket_id")
    def _check_free_reason(self):
        for line in self:
            if (
                not line.support_billable
                and line.ticket_id
                and not (line.support_free_reason or "").strip()
            ):
                raise ValidationError(
                    self.env._(
                        "Say why this time is not billable: the reason shows beside the time."
                    )
                )

    @api.constrains("unit_amount", "product_uom_id", "ticket_id")
    def _check_support_time(self):
        for hours in set(self.filtered("ticket_id")._support_hours()):
            try:
                minutes_from_hours(hours)
            except InvalidTime as error:
                raise ValidationError(self._invalid_time_message(error.reason)) from error

    @api.constrains("ticket_id", "support_contract_id", "support_level_id", "company_id")
    def _check_support_contract(self):
        booked = self.sudo().filtered("support_contract_id")
        for contract, ticket, level, company in {
            (line.support_contract_id, line.ticket_id, line.support_level_id, line.company_id)
            for line in booked
        }:
            if (
                not contract._covers(ticket.commercial_partner_id)
                or contract.company_id != company
                or contract.tier_id != level.tier_id
            ):
                raise ValidationError(
                    self.env._(
                        "Time of %(level)s on %(ticket)s cannot be booked on %(account)s: "
                        "customer, company and tier must be the same.",
                        level=level.name or self.env._("(no level)"),
                        ticket=ticket.display_name or self.env._("(no ticket)"),
                        account=contract.display_name,
                    )
                )

    def _invalid_time_message(self, reason):
        return {
            "not_a_number": self.env._(
                "The time spent is not a number. Enter hours, such as 0:20."
            ),
            "negative": self.env._(
                "Time on a ticket cannot be negative. To take time back, edit or delete the entry "
                "that is wrong: the points return to the account by a correction."
            ),
            "too_long": self.env._(
                "One time entry cannot be longer than 24 hours. Split it into one entry a day."
            ),
        }[reason]

    # ------------------------------------------------------------------
    # CRUD: the ledger follows every way in
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = self._prepare_ticket_time([dict(vals) for vals in vals_list])
        if not any(vals.get("ticket_id") for vals in vals_list):
            return super().create(vals_list)
        try:
            with self._costs_by_line() as costs:
                lines = super().create(vals_list)
        except ValidationError as error:
            self._check_employee(error)
            raise
        self.sudo()._write_costs(costs)
        lines.filtered("ticket_id")._sync_ledger({})
        return lines

    @contextmanager
    def _costs_by_line(self):
        """Collect what hr_timesheet would write line by line: a dict of id → values."""
        kept = self.env.cr.cache
        outer, costs = kept.get(COSTS_BY_LINE), {}
        kept[COSTS_BY_LINE] = costs
        try:
            yield costs
        finally:
            kept[COSTS_BY_LINE] = outer

    def _timesheet_postprocess_values(self, values):
        result = super()._timesheet_postprocess_values(values)
        costs = self.env.cr.cache.get(COSTS_BY_LINE)
        if costs is None:
            return result
        for line_id, cost in result.items():
            costs.setdefault(line_id, {}).update(cost)
        return {line_id: {} for line_id in result}

    def _write_costs(self, costs):
        """Write what was collected, in one call for all lines that cost the same."""
        lines = self.browse(line_id for line_id, cost in costs.items() if cost)
        for same in lines.grouped(lambda line: repr(costs[line.id])).values():
            same.write(costs[same[0].id])

    def write(self, vals):
        vals = dict(vals)
        self._check_booking_values(vals)
        if vals.keys() & {"ticket_id", "support_level_id"} and "support_contract_id" not in vals:
            return self._write_moved(vals)
        if not vals.keys() & BOOKING_KEYS:
            return super().write(vals)
        before = self._billing_groups()
        result = super().write(vals)
        lines = self.filtered("ticket_id")
        if lines or before:
            lines._sync_ledger(before)
        return result

    def unlink(self):
        before = self._billing_groups()
        result = super().unlink()
        if before:
            self.browse()._sync_ledger(before)
        return result

    def _check_booking_values(self, vals):
        """Refuse what would charge a ticket that one may not read, or go around the booking."""
        if "support_points" in vals and not self.env.su:
            raise UserError(
                self.env._(
                    "Points follow from the time: change the time, or say it is not billable."
                )
            )
        if vals.get("ticket_id"):
            self.env["helpdesk.ticket"].browse(vals["ticket_id"]).check_access("read")
        if not vals.get("support_contract_id"):
            return
        contract = self.env["support.contract"].sudo().browse(vals["support_contract_id"])
        if contract.state in ("draft", "closed") and any(
            line.support_contract_id != contract for line in self.sudo()
        ):
            raise UserError(
                self.env._("%s is not open, so no new work is booked on it.", contract.display_name)
            )

    def _write_moved(self, vals):
        """Write lines that get another ticket or level, with the account that follows from it."""
        ticket = (
            self.env["helpdesk.ticket"].browse(vals["ticket_id"]) if "ticket_id" in vals else None
        )
        level = (
            self.env["support.level"].browse(vals["support_level_id"])
            if "support_level_id" in vals
            else None
        )
        for contract, lines in self._contracts_for(ticket, level).items():
            moved = {**vals, "support_contract_id": contract.id}
            if ticket and lines.company_id - ticket.company_id:
                moved["project_id"] = ticket.sudo()._get_timesheet_project(contract).id
            lines.write(moved)
        return True

    @api.depends("ticket_id")
    def _compute_so_line(self):
        """Time on a ticket is paid by points, never by an order line of its project as well."""
        on_ticket = self.filtered("ticket_id")
        on_ticket.so_line = False
        return super(AccountAnalyticLine, self - on_ticket)._compute_so_line()

    def _contracts_for(self, ticket=None, level=None):
        """Group lines by the account that pays for them, given their ticket or a new one.

        :return: dict of contract (possibly empty) → lines
        """
        keys = {}
        for line in self:
            line_ticket = (line.ticket_id if ticket is None else ticket).sudo()
            line_level = (line.support_level_id if level is None else level).sudo()
            keys[line] = (
                line_ticket.commercial_partner_id,
                line_level.tier_id,
                line_ticket.company_id,
            )
        contracts = self.env["support.contract"]
        found = contracts._find_open({key for key in keys.values() if all(key)})

        def paying(line):
            current = line.support_contract_id.sudo()
            partner, tier, company = keys[line]
            same_terms = (current.tier_id, current.company_id) == (tier, company)
            if current and same_terms and current._covers(partner):
                return current
            return found.get(keys[line], contracts.sudo())

        return self.grouped(paying)

    def _prepare_ticket_time(self, vals_list):
        """Fill project, company, level and account of new time from its ticket.

        Giving ``ticket_id`` alone is enough. Without an open account the time stays unbooked.
        """
        default_ticket = self.env.context.get("default_ticket_id")
        if default_ticket:
            for vals in vals_list:
                vals.setdefault("ticket_id", default_ticket)
        on_ticket = [vals for vals in vals_list if vals.get("ticket_id")]
        if not on_ticket:
            return vals_list
        tickets = self.env["helpdesk.ticket"].browse({vals["ticket_id"] for vals in on_ticket})
        tickets.check_access("read")
        # Most lines of a batch share what follows from their ticket.
        follows_from = cache(self._ticket_time_values)
        for vals in on_ticket:
            # A form sends empty values for what it shows: they are filled like missing ones.
            vals.update(
                follows_from(
                    vals["ticket_id"],
                    vals.get("support_level_id") or False,
                    vals.get("support_contract_id") or False,
                    bool(vals.get("project_id") or vals.get("task_id")),
                )
            )
        return vals_list

    @api.model
    def _ticket_time_values(self, ticket_id, level_id, contract_id, has_project):
        """Return the values of new time that follow from its ticket, or were given and fit.

        :param level_id, contract_id: what was given, or False
        :param has_project: whether a project or a task was given
        """
        ticket = self.env["helpdesk.ticket"].sudo().browse(ticket_id)
        level, contract = ticket.support_level_id, ticket.support_contract_id
        if level_id:
            level = level.browse(level_id)
        if contract_id:
            contract = contract.browse(contract_id)
        if not contract._pays_for(ticket, level.tier_id):
            contract = ticket._find_support_contract(level.tier_id)
        values = {
            "support_level_id": level.id,
            "support_contract_id": contract.id,
            "company_id": ticket.company_id.id,
        }
        if not has_project:
            values["project_id"] = ticket._get_timesheet_project(contract).id
        return values

    @api.model
    def _check_employee(self, error):
        """Tell a person who has no employee record why no time can be logged, and what to do."""
        if not self.env.user.sudo().employee_ids.filtered("active"):
            raise UserError(
                self.env._(
                    "%s has no employee record, which time entries need. Ask an administrator to "
                    "create one: Settings → Users → this user → Create employee.",
                    self.env.user.name,
                )
            ) from error
