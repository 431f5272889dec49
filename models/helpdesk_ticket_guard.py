# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

GUARDED_FIELDS = frozenset(
    (
        "number",
        "assigned_date",
        "closed_date",
        "last_stage_update",
        "commercial_partner_id",
        "first_response_at",
        "resolved_at",
    )
)
NEW_NUMBER = "/"


class HelpdeskTicket(models.Model):
    """Guarantees and money hang on some fields: only the system or a manager sets them."""

    _inherit = "helpdesk.ticket"

    last_stage_update = fields.Datetime(copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        defaults = {name[8:] for name in self.env.context if name.startswith("default_")}
        for vals in vals_list:
            given = {name for name in vals if (name, vals[name]) != ("number", NEW_NUMBER)}
            self._check_guarded_fields(given | defaults)
        return super().create(vals_list)

    def write(self, vals):
        self._check_guarded_fields(vals)
        moved = self.browse()
        if "partner_id" in vals:
            customer = self.env["res.partner"].sudo().browse(vals["partner_id"])
            moved = self.filtered("partner_id").filtered(
                lambda ticket: ticket.sudo().commercial_partner_id != customer.commercial_partner_id
            )
            moved._check_may_change_customer()
        result = super().write(vals)
        if moved:
            # A link that the former customer has must not open the ticket of the new one.
            moved.sudo().access_token = False
        return result

    def copy(self, default=None):
        return super().copy({"number": NEW_NUMBER, **(default or {})})

    def _is_guarded(self):
        return not (self.env.su or self.env.user.has_group("helpdesk_mgmt.group_helpdesk_manager"))

    def _check_guarded_fields(self, names):
        self._check_computed_fields(names)
        guarded = GUARDED_FIELDS.intersection(names)
        if guarded and self._is_guarded():
            labels = self.fields_get(guarded, ["string"]).values()
            raise AccessError(
                self.env._(
                    "%(fields)s cannot be entered: the system notes it when the ticket is made, "
                    "assigned, moved or closed. Ask a helpdesk manager to correct it.",
                    fields=", ".join(sorted(label["string"] for label in labels)),
                )
            )

    def _check_computed_fields(self, names):
        """Refuse to enter what is measured: a column of it would keep the forged value."""
        fields = [self._fields[name] for name in names if name in self._fields]
        measured = [
            field.name
            for field in fields
            if field.store and field.compute and field.readonly and not field.related
        ]
        if measured and not self.env.su:
            labels = self.fields_get(measured, ["string"]).values()
            raise AccessError(
                self.env._(
                    "%(fields)s cannot be entered: correct what it is computed from instead.",
                    fields=", ".join(sorted(label["string"] for label in labels)),
                )
            )

    def _check_may_change_customer(self):
        if self and self._is_guarded():
            raise AccessError(
                self.env._(
                    "%(ticket)s belongs to %(customer)s. Giving it to another customer moves its "
                    "time and points, so a helpdesk manager must do it.",
                    ticket=self[:1].display_name,
                    customer=self[:1].sudo().commercial_partner_id.display_name,
                )
            )
