# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    support_tier_ids = fields.One2many(
        "support.tier", "product_id", help="Selling it sells points."
    )
