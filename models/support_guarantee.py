# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


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
