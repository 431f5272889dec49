# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class UomUom(models.Model):
    _inherit = "uom.uom"

    support_minutes_per_point = fields.Integer(
        readonly=True,
        export_string_translation=False,
        help="Set on units that are support points: a factor of hours would round 20 minutes.",
    )
