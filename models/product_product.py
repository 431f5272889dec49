# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    support_tier_ids = fields.One2many(
        "support.tier", "product_id", help="Selling it sells points."
    )

    def _support_missing_tax_message(self):
        """Say why points cannot be sold or invoiced without a tax."""
        return self.env._(
            "%(product)s has no tax on its line, so it would be invoiced without VAT. Set a tax on "
            "the line; a sale without VAT takes a tax of 0 %%.",
            product=self.display_name,
        )
