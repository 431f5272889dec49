# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SupportGuarantee(models.Model):
    """Assured reaction and resolution times, in hours of service time."""

    _name = "support.guarantee"
    _description = "Support Guarantee"
    _order = "tier_id, contract_id, priority desc, id"

    tier_id = fields.Many2one("support.tier", index=True, ondelete="cascade")
    contract_id = fields.Many2one(
        "support.contract",
        string="Support Account",
        index="btree_not_null",
        ondelete="cascade",
        help="Set when one customer has been promised other times than the tier's.",
    )
    priority = fields.Selection(
        [("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very High")],
        required=True,
        default="1",
    )
    reaction_hours = fields.Float(help="Service hours until the first response; 0 is no promise.")
    resolution_hours = fields.Float(help="Service hours until the solution; 0 is no promise.")

    _one_owner = models.Constraint(
        "CHECK ((tier_id IS NULL) <> (contract_id IS NULL))",
        "A guarantee belongs either to a tier or to one support account.",
    )
    _hours_range = models.Constraint(
        "CHECK (reaction_hours BETWEEN 0 AND 10000 AND resolution_hours BETWEEN 0 AND 10000)",
        "Guaranteed hours must be between 0 and 10,000.",
    )
    _one_per_priority = models.UniqueIndex(
        "(COALESCE(tier_id, 0), COALESCE(contract_id, 0), priority)",
        "There is a guarantee for this priority already.",
    )

    @api.depends("tier_id", "contract_id", "priority")
    def _compute_display_name(self):
        priorities = dict(self._fields["priority"]._description_selection(self.env))
        for guarantee in self:
            owner = guarantee.contract_id or guarantee.tier_id
            guarantee.display_name = f"{owner.display_name} · {priorities.get(guarantee.priority)}"

    @api.model_create_multi
    def create(self, vals_list):
        guarantees = super().create(vals_list)
        guarantees._open_tickets()._sync_guarantee_runs()
        return guarantees

    def write(self, vals):
        tickets = self._open_tickets()
        result = super().write(vals)
        (tickets | self._open_tickets())._sync_guarantee_runs()
        return result

    def unlink(self):
        tickets = self._open_tickets()
        result = super().unlink()
        tickets._sync_guarantee_runs()
        return result

    def _open_tickets(self):
        """Return the unfinished tickets that these promises are or may be made for."""
        guarantees = self.sudo()
        return (
            self.env["helpdesk.ticket"]
            .sudo()
            .search(
                [
                    ("stage_id.closed", "=", False),
                    ("stage_id.solves_request", "=", False),
                    ("priority", "in", list(set(guarantees.mapped("priority")))),
                    "|",
                    ("support_level_id.tier_id", "in", guarantees.tier_id.ids),
                    ("support_contract_id", "in", guarantees.contract_id.ids),
                ]
            )
        )

    @api.model
    def _terms_for(self, tickets):
        """Return the promise for each ticket: its account's, else its tier's, at its priority.

        :return: dict of ticket → guarantee, possibly empty, as superuser
        """
        contracts, tiers = tickets.support_contract_id, tickets.support_level_id.tier_id
        found = self.sudo().search(
            ["|", ("contract_id", "in", contracts.ids), ("tier_id", "in", tiers.ids)]
        )
        promised = {(g.contract_id or g.tier_id, g.priority): g for g in found}
        none = self.sudo().browse()
        return {
            ticket: promised.get((ticket.support_contract_id, ticket.priority))
            or promised.get((ticket.support_level_id.tier_id, ticket.priority))
            or none
            for ticket in tickets
        }

    def _goal_minutes(self):
        """Return the promised service minutes as (reaction, resolution); 0 is no promise."""
        return round(self.reaction_hours * 60), round(self.resolution_hours * 60)
