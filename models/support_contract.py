# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .support_tier import MONEY_GROUPS, ROUNDING_SCOPES

COPIED_FROM_TIER = ("rounding_scope", "minutes_per_point")
# Set by buttons and by posting alone, never by a form, an import or a call from outside.
GUARDED_KEYS = {"name", "state", "lock_date", "booking_guard", "settled_until"}


class SupportContract(models.Model):
    """One customer's point account for one tier: the *Supportpunktekonto*."""

    _name = "support.contract"
    _description = "Support Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, partner_id, id"
    _rec_names_search = ["name", "partner_id"]
    _check_company_auto = True

    name = fields.Char(
        string="Account Number", required=True, readonly=True, copy=False, default="/"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('parent_id', '=', False)]",
        help="The account belongs to the whole company; tickets of its contacts draw from it.",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Commercial Entity",
        store=True,
        index=True,
    )
    covered_partner_ids = fields.Many2many(
        "res.partner",
        string="Also Covers",
        domain="[('parent_id', '=', False), ('id', '!=', partner_id)]",
        help="Faculties or subsidiaries, companies of their own, that draw from this account.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    tier_id = fields.Many2one(
        "support.tier",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        tracking=True,
        default=lambda self: self.env["support.tier"].search(
            [("company_id", "in", [False, self.env.company.id])], limit=1
        ),
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Account Manager",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("open", "Open"), ("closed", "Closed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    date_start = fields.Date(string="Open Since", copy=False)
    date_end = fields.Date(string="Closed On", copy=False)
    hourly_rate = fields.Monetary(
        string="Own Hourly Rate",
        tracking=True,
        groups=MONEY_GROUPS,
        help="This customer's own rate without VAT; 0 means the tier's rate.",
    )
    effective_hourly_rate = fields.Monetary(
        string="Hourly Rate", compute="_compute_effective_hourly_rate", groups=MONEY_GROUPS
    )
    rounding_scope = fields.Selection(
        ROUNDING_SCOPES,
        compute="_compute_from_tier",
        store=True,
        precompute=True,
        required=True,
        readonly=False,
    )
    minutes_per_point = fields.Integer(
        compute="_compute_from_tier",
        store=True,
        precompute=True,
        required=True,
        readonly=False,
    )
    overdraft_policy = fields.Selection(
        [("allow", "Allow: work done is recorded"), ("block", "Block further usage")],
        default="allow",
        required=True,
        tracking=True,
    )
    alert_points = fields.Integer(
        string="Low at",
        compute="_compute_alert_points",
        store=True,
        precompute=True,
        readonly=False,
        help="The balance is shown as low when it is at or below so many points.",
    )
    project_id = fields.Many2one(
        "project.project",
        string="Timesheet Project",
        check_company=True,
        domain="[('allow_timesheets', '=', True)]",
        help="Time on this customer's tickets goes here instead of the company's Support project.",
    )
    lock_date = fields.Date(
        readonly=True,
        copy=False,
        help="End of the last issued statement. Later changes land on the first open day.",
    )
    booking_guard = fields.Integer(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Touched before the balance is read, so that two bookers cannot both see the same.",
    )
    entry_ids = fields.One2many("support.point.entry", "contract_id", string="Entries")
    guarantee_ids = fields.One2many("support.guarantee", "contract_id", string="Own Guarantees")
    statement_ids = fields.One2many("support.statement", "contract_id", string="Statements")

    points_credited = fields.Integer(
        compute="_compute_points_credited",
        compute_sudo=True,
        help="Bought, granted and adjusted points, less refunded and expired ones.",
    )
    points_used = fields.Integer(compute="_compute_balance", compute_sudo=True)
    balance = fields.Integer(
        compute="_compute_balance", search="_search_balance", compute_sudo=True
    )
    balance_hours = fields.Float(compute="_compute_balance_state", compute_sudo=True)
    balance_state = fields.Selection(
        [("good", "Good"), ("low", "Low"), ("overdrawn", "Overdrawn")],
        string="Balance Status",
        compute="_compute_balance_state",
        search="_search_balance_state",
        compute_sudo=True,
    )

    _alert_points_range = models.Constraint(
        "CHECK (alert_points BETWEEN 0 AND 1000000)",
        "The alert must be between 0 and 1,000,000 points.",
    )
    _hourly_rate_range = models.Constraint(
        "CHECK (hourly_rate IS NULL OR hourly_rate BETWEEN 0 AND 1000000)",
        "The hourly rate must be between 0 and 1,000,000.",
    )
    _minutes_per_point_range = models.Constraint(
        "CHECK (minutes_per_point BETWEEN 1 AND 1440)",
        "A point must last between 1 and 1440 minutes.",
    )

    # ------------------------------------------------------------------
    # Compute and search
    # ------------------------------------------------------------------

    @api.depends("tier_id")
    def _compute_from_tier(self):
        for contract in self:
            if contract.state == "draft" or not contract.minutes_per_point:
                contract.update({name: contract.tier_id[name] for name in COPIED_FROM_TIER})

    @api.depends("hourly_rate", "tier_id.hourly_rate", "company_id")
    def _compute_effective_hourly_rate(self):
        for contract in self:
            tier = contract.tier_id
            contract.effective_hourly_rate = contract.hourly_rate or tier.currency_id._convert(
                tier.hourly_rate, contract.currency_id, contract.company_id
            )

    @api.depends("tier_id")
    def _compute_alert_points(self):
        for contract in self:
            contract.alert_points = contract.tier_id.minimum_points // 4

    @api.depends("name", "partner_id", "tier_id")
    def _compute_display_name(self):
        for contract in self:
            parts = (contract.name, contract.tier_id.code, contract.partner_id.name)
            contract.display_name = " · ".join(filter(None, parts))

    @api.depends("entry_ids")
    def _compute_balance(self):
        entries = self.env["support.point.entry"]
        entries.flush_model(["contract_id", "kind", "points"])
        # One row an account; records for each account and kind would cost as much as the sums.
        rows = self.env.execute_query(
            SQL(
                """SELECT contract_id, SUM(points),
                          COALESCE(-SUM(points) FILTER (
                              WHERE kind IN ('usage', 'correction')), 0)
                     FROM support_point_entry
                    WHERE contract_id = ANY(%s)
                 GROUP BY contract_id""",
                self.ids,
            )
        )
        sums = {contract_id: (balance, used) for contract_id, balance, used in rows}
        for contract in self:
            contract.balance, contract.points_used = sums.get(contract._origin.id, (0, 0))

    @api.depends("balance", "points_used")
    def _compute_points_credited(self):
        for contract in self:
            contract.points_credited = contract.balance + contract.points_used

    @api.depends("balance", "alert_points", "minutes_per_point", "state")
    def _compute_balance_state(self):
        for contract in self:
            contract.balance_hours = contract.balance * contract.minutes_per_point / 60
            contract.balance_state = contract._balance_state(contract.balance)

    def _balance_state(self, balance):
        if balance < 0:
            return "overdrawn"
        if not balance and self.state == "draft":
            return False
        return "low" if balance <= self.alert_points else "good"

    def _search_balance(self, operator, value):
        operators = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "in": "IN", "not in": "NOT IN"}
        if operator not in operators:
            return NotImplemented
        values = value if operator in ("in", "not in") else [value]
        if not all(isinstance(item, int | float) and item == int(item) for item in values):
            raise UserError(self.env._("A balance is a whole number of points, not %s.", value))
        if operator in ("in", "not in"):
            value = tuple(int(item) for item in values) or (None,)
        else:
            value = int(value)
        return [("id", "in", self._balance_query(SQL("%s %s", SQL(operators[operator]), value)))]

    def _search_balance_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        conditions = {
            "overdrawn": SQL("< 0"),
            "low": SQL(
                "BETWEEN CASE contract.state WHEN 'draft' THEN 1 ELSE 0 END "
                "AND contract.alert_points"
            ),
            "good": SQL("> GREATEST(contract.alert_points, -1)"),
        }
        return Domain.OR(
            [
                [("id", "in", self._balance_query(conditions[state]))]
                for state in value
                if state in conditions
            ]
        )

    def _balance_query(self, condition):
        self.env["support.point.entry"].flush_model(["contract_id", "points"])
        self.flush_model(["alert_points", "state"])
        return SQL(
            """(SELECT contract.id FROM support_contract contract
                LEFT JOIN support_point_entry entry ON entry.contract_id = contract.id
                GROUP BY contract.id HAVING COALESCE(SUM(entry.points), 0) %s)""",
            condition,
        )

    # ------------------------------------------------------------------
    # Constraints and CRUD
    # ------------------------------------------------------------------

    @api.constrains("hourly_rate", "minutes_per_point")
    def _check_hourly_rate(self):
        for contract in self:
            contract.tier_id._check_rate_fits(contract.hourly_rate, contract.minutes_per_point)

    @api.constrains("covered_partner_ids", "partner_id")
    def _check_partners(self):
        for contract in self:
            partners = contract.partner_id | contract.covered_partner_ids
            wrong = partners.filtered(lambda partner: partner.commercial_partner_id != partner)
            if wrong:
                raise ValidationError(
                    self.env._(
                        "%(contact)s belongs to %(company)s. A support account is held by the "
                        "company: choose %(company)s; its contacts are covered anyway.",
                        contact=wrong[0].display_name,
                        company=wrong[0].commercial_partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env["ir.sequence"]
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not self.env.su or vals.get("name", "/") == "/":
                company_id = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    sequence.with_company(company_id).next_by_code("support.contract") or "/"
                )
        contracts = super().create(vals_list)
        if not self.env.su and any(one.state != "draft" or one.lock_date for one in contracts):
            raise UserError(self._guarded_message())
        return contracts

    def write(self, vals):
        if vals.keys() & GUARDED_KEYS and not self.env.su:
            raise UserError(self._guarded_message())
        if "lock_date" in vals:
            self._check_lock_date(fields.Date.to_date(vals["lock_date"]))
        self._check_agreement(vals)
        result = super().write(vals)
        if "covered_partner_ids" in vals:
            self._follow_covered_partners()
        return result

    def _guarded_message(self):
        return self.env._(
            "Number, status and closed period of a support account follow from opening it, closing "
            "it and issuing statements. Use those buttons."
        )

    def _check_lock_date(self, lock_date):
        """Refuse to open a closed period again: the lock date never moves back."""
        for contract in self:
            if contract.lock_date and (not lock_date or lock_date < contract.lock_date):
                raise UserError(
                    self.env._("The period up to %s is closed and stays so.", contract.lock_date)
                )

    def _check_agreement(self, vals):
        """Refuse to change for whom and how an account counts once anything hangs on it."""
        changed = self.sudo().filtered(
            lambda contract: any(
                contract._fields[key].convert_to_write(contract[key], contract) != vals[key]
                for key in vals.keys() & {"partner_id", "tier_id", "company_id", *COPIED_FROM_TIER}
            )
        )
        used = changed.filtered("entry_ids")
        if {"partner_id", "tier_id", "company_id"} & vals.keys():
            for model in ("helpdesk.ticket", "account.analytic.line"):
                used |= (
                    self.env[model]
                    .sudo()
                    .search([("support_contract_id", "in", changed.ids)])
                    .support_contract_id
                )
        if used:
            raise UserError(
                self.env._(
                    "%s has entries, time or tickets already, so its customer, tier, company and "
                    "rounding stay as they are. Open a new support account instead.",
                    used[0].display_name,
                )
            )

    def _follow_covered_partners(self):
        """Let tickets and unbooked time follow who is covered now."""
        tickets = self.env["helpdesk.ticket"].sudo()
        drawing = tickets.search([("support_contract_id", "in", self.ids)])
        stale = drawing.filtered(
            lambda ticket: not ticket.support_contract_id._covers(ticket.commercial_partner_id)
        )
        self.env.add_to_compute(tickets._fields["support_contract_id"], stale)
        opened = self.filtered(lambda contract: contract.state == "open")
        opened._adopt_tickets()
        opened._book_unbooked_time()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(contract.sudo().entry_ids for contract in self):
            raise UserError(
                self.env._("A support account with entries cannot be deleted. Close it instead.")
            )
