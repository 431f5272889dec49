# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"
    _check_company_auto = True

    support_level_id = fields.Many2one(
        "support.level",
        string="Level",
        compute="_compute_support_level_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
    )
    support_tier_id = fields.Many2one(related="support_level_id.tier_id", string="Tier")
    support_escalates_to_id = fields.Many2one(
        related="support_level_id.escalates_to_id", export_string_translation=False
    )
    support_contract_id = fields.Many2one(
        "support.contract",
        string="Support Account",
        compute="_compute_support_contract_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('state', '=', 'open'), ('tier_id', '=', support_tier_id), '|', "
        "('commercial_partner_id', '=', commercial_partner_id), "
        "('covered_partner_ids', 'in', commercial_partner_id)]",
    )
    timesheet_ids = fields.One2many(
        "account.analytic.line", "ticket_id", string="Timesheets", copy=False
    )
    support_entry_ids = fields.One2many(
        "support.point.entry", "ticket_id", string="Point Entries", copy=False
    )
    support_points = fields.Integer(
        compute="_compute_support_points",
        compute_sudo=True,
        help="Points that the time on this ticket has used.",
    )
    support_points_by_account = fields.Char(
        string="Points per Account",
        compute="_compute_support_points_by_account",
        compute_sudo=True,
        help="Empty unless the time on this ticket has used points of several accounts.",
    )
    support_minutes = fields.Integer(
        string="Time Spent",
        compute="_compute_support_points",
        compute_sudo=True,
        help="Minutes logged on this ticket by everyone.",
    )
    support_unbooked_count = fields.Integer(
        compute="_compute_support_points",
        compute_sudo=True,
        export_string_translation=False,
        help="Billable time entries that no account took yet.",
    )
    support_unbooked_cause = fields.Char(
        compute="_compute_support_unbooked_cause",
        compute_sudo=True,
        export_string_translation=False,
    )
    support_balance = fields.Integer(
        related="support_contract_id.balance", string="Account Balance"
    )
    support_balance_state = fields.Selection(
        related="support_contract_id.balance_state", string="Balance Status"
    )
    support_rounding_guard = fields.Integer(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Touched before time that is rounded together is summed up.",
    )

    @api.depends("team_id", "company_id")
    def _compute_support_level_id(self):
        levels = self.env["support.level"].sudo().search([])
        for ticket in self:
            if ticket.support_level_id:
                continue
            usable = levels.filtered(
                lambda level, ticket=ticket: (
                    level.company_id in (ticket.company_id, ticket.company_id.browse())
                )
            )
            of_team = usable.filtered(lambda level, ticket=ticket: level.team_id == ticket.team_id)
            ticket.support_level_id = (ticket.team_id and of_team[:1]) or usable[:1]

    @api.depends("commercial_partner_id", "support_level_id", "company_id")
    def _compute_support_contract_id(self):
        keys = {}
        for ticket in self:
            partner = ticket.sudo().commercial_partner_id
            tier = ticket.support_level_id.sudo().tier_id
            if ticket.support_contract_id._pays_for(ticket, tier):
                continue
            keys[ticket] = (partner, tier, ticket.company_id) if partner and tier else None
        found = self.env["support.contract"]._find_open({key for key in keys.values() if key})
        for ticket, key in keys.items():
            ticket.support_contract_id = found[key].id if key else False

    @api.depends(
        "support_entry_ids",
        "timesheet_ids.unit_amount",
        "timesheet_ids.support_contract_id",
        "timesheet_ids.support_billable",
    )
    def _compute_support_points(self):
        entries = dict(
            self.env["support.point.entry"]._read_group(
                [("ticket_id", "in", self.ids), ("kind", "in", ("usage", "correction"))],
                ["ticket_id"],
                ["points:sum"],
            )
        )
        lines = self.env["account.analytic.line"].search_fetch(
            [("ticket_id", "in", self.ids)],
            [
                "ticket_id",
                "unit_amount",
                "product_uom_id",
                "support_contract_id",
                "support_billable",
            ],
        )
        by_ticket = lines.grouped("ticket_id")
        for ticket in self:
            own = by_ticket.get(ticket._origin, lines.browse())
            ticket.support_points = -entries.get(ticket._origin, 0)
            ticket.support_minutes = sum(own._support_minutes())
            ticket.support_unbooked_count = len(
                own.filtered(lambda line: line.support_booking_state == "unbooked")
            )

    def _compute_support_unbooked_cause(self):
        unbooked = self.env["account.analytic.line"].search(
            [
                ("ticket_id", "in", self.ids),
                ("support_contract_id", "=", False),
                ("support_billable", "=", True),
            ]
        )
        by_ticket = unbooked.grouped("ticket_id")
        for ticket in self:
            lines = by_ticket.get(ticket._origin, unbooked.browse())
            causes = dict.fromkeys(line.support_unbooked_cause for line in lines)
            ticket.support_unbooked_cause = " ".join(causes)

    @api.depends("support_entry_ids")
    def _compute_support_points_by_account(self):
        used = self._support_points_by_account()
        for ticket in self:
            parts = [f"{account.name}: {points}" for account, points in used[ticket].items()]
            ticket.support_points_by_account = len(parts) > 1 and " · ".join(parts)

    def _support_points_by_account(self):
        """Return {ticket: {account: points that it used there}} as superuser, without zeros.

        An escalated ticket draws from one account after the other.
        """
        used = {ticket: {} for ticket in self}
        for ticket, account, points in (
            self.env["support.point.entry"]
            .sudo()
            ._read_group(
                [("ticket_id", "in", self.ids), ("kind", "in", ("usage", "correction"))],
                ["ticket_id", "contract_id"],
                ["points:sum"],
                order="contract_id, ticket_id",
            )
        ):
            if points:
                used[self.browse(ticket.id)][account] = -points
        return used

    @api.constrains("support_contract_id", "partner_id", "company_id", "support_level_id")
    def _check_support_contract(self):
        for ticket in self:
            contract = ticket.support_contract_id.sudo()
            if contract and not contract._covers(ticket.partner_id.sudo()):
                raise ValidationError(
                    self.env._(
                        "The support account %(account)s does not belong to the ticket's customer "
                        "%(customer)s. Choose one of this customer's accounts, or correct the "
                        "customer.",
                        account=contract.name,
                        customer=ticket.partner_id.display_name or self.env._("(none)"),
                    )
                )
            if contract and contract.tier_id != ticket.support_level_id.sudo().tier_id:
                raise ValidationError(
                    self.env._(
                        "The support account %(account)s is for %(tier)s, but the ticket is on "
                        "%(level)s.",
                        account=contract.name,
                        tier=contract.tier_id.name,
                        level=ticket.support_level_id.name or self.env._("(no level)"),
                    )
                )

    def write(self, vals):
        moved = self.browse()
        if "partner_id" in vals:
            customer = self.env["res.partner"].browse(vals["partner_id"]).commercial_partner_id
            moved = self.filtered(lambda ticket: ticket.commercial_partner_id != customer)
        if "company_id" in vals:
            self._check_company_change(vals["company_id"])
        result = super().write(vals)
        if moved:
            moved._move_time_to_customer()
        if vals.keys() & {"partner_id", "support_level_id", "support_contract_id"}:
            self._book_waiting_time()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_time(self):
        for ticket in self.sudo():
            if ticket.timesheet_ids or ticket.support_entry_ids:
                raise UserError(
                    self.env._(
                        "%s has time or points on it, which belong to the customer's account. "
                        "Archive the ticket instead, or cancel it.",
                        ticket.display_name,
                    )
                )

    def _check_company_change(self, company_id):
        """Refuse to move a ticket with time to another company: its projects would not fit."""
        for ticket in self.sudo():
            if ticket.company_id.id != company_id and ticket.timesheet_ids:
                raise UserError(
                    self.env._(
                        "%s has time on it, which belongs to its company. Make a new ticket in the "
                        "other company instead.",
                        ticket.display_name,
                    )
                )

    def _move_time_to_customer(self):
        """Move all time to the accounts of the ticket's corrected customer, tier by tier."""
        for contract, lines in self.sudo().timesheet_ids._contracts_for().items():
            if contract:
                contract._take_time(lines)
            else:
                lines.write({"support_contract_id": False})

    def _book_waiting_time(self):
        """Book the unbooked time of these tickets on their account, where the tier fits."""
        for ticket in self.sudo():
            contract = ticket.support_contract_id
            waiting = ticket.timesheet_ids.filtered(lambda line: not line.support_contract_id)
            waiting.filtered(lambda line: not line.support_level_id).write(
                {"support_level_id": ticket.support_level_id.id}
            )
            waiting = waiting.filtered(
                lambda line, contract=contract, ticket=ticket: (
                    not line.support_contract_id
                    and contract._pays_for(ticket, line.support_level_id.tier_id)
                )
            )
            if waiting:
                contract._take_time(waiting)

    def _find_support_contract(self, tier):
        """Return the open account that pays for work of this tier on the ticket, if any."""
        self.ensure_one()
        key = (self.sudo().partner_id.commercial_partner_id, tier, self.company_id)
        if not (key[0] and tier):
            return self.env["support.contract"].sudo()
        return self.env["support.contract"]._find_open([key])[key]

    def _get_timesheet_project(self, contract):
        """Return the project of the ticket's time: the ticket's own, the account's, or Support."""
        self.ensure_one()
        own = self.project_id if "project_id" in self._fields else None
        return own or contract.project_id or self.company_id._get_support_project()

    def action_escalate(self):
        """Hand the tickets to the level that theirs escalates to, and to its team."""
        self.check_access("write")
        for ticket in self:
            level = ticket.support_level_id.escalates_to_id
            if not level:
                raise UserError(
                    self.env._(
                        "%(ticket)s is on %(level)s, which escalates to no other level.",
                        ticket=ticket.display_name,
                        level=ticket.support_level_id.name or self.env._("no level"),
                    )
                )
            vals = {"support_level_id": level.id}
            if level.team_id.company_id in (ticket.company_id, ticket.company_id.browse()):
                vals["team_id"] = (level.team_id or ticket.team_id).id
            ticket.write(vals)
        return True

    def action_view_support_contract(self):
        """Open the account that this ticket draws from."""
        self.ensure_one()
        self.check_access("read")
        return self.support_contract_id.get_formview_action()

    def action_view_support_entries(self):
        """Open the ledger entries of this ticket."""
        self.ensure_one()
        self.check_access("read")
        self.env["support.point.entry"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_support_points.action_support_point_entry"
        )
        action["domain"] = [("ticket_id", "=", self.id)]
        action["context"] = {}
        return action
