# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _is_shown_to_customers(self):
        """Tell whether a portal user who reads the document reads this message."""
        self.ensure_one()
        return bool(self.subtype_id) and not self.subtype_id.internal and not self.is_internal
