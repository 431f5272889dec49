# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class SupportContractClose(models.TransientModel):
    """Close an account that has points left: refund them, move them, or let them go."""

    _name = "support.contract.close"
    _description = "Close a Support Account"

    contract_id = fields.Many2one("support.contract", string="Support Account", required=True)
    partner_id = fields.Many2one(related="contract_id.commercial_partner_id")
    company_id = fields.Many2one(related="contract_id.company_id")
    points_left = fields.Integer(compute="_compute_points_left")
    outcome = fields.Selection(
        [
            ("refund", "Refund: take the points, and draft credit notes for what they cost"),
            ("transfer", "Transfer: move them to another account of the customer"),
            ("forfeit", "Forfeit: the customer gets nothing for them"),
        ],
        string="What Becomes of Them",
        required=True,
    )
    target_tier_id = fields.Many2one(
        "support.tier", string="To Tier", domain="[('company_id', 'in', (False, company_id))]"
    )
    target_contract_id = fields.Many2one(
        "support.contract",
        string="To Account",
        domain="[('state', '=', 'open'), ('id', '!=', contract_id), "
        "('commercial_partner_id', '=', partner_id), ('company_id', '=', company_id), "
        "('tier_id', '=?', target_tier_id)]",
        help="Left empty, a new account of the tier is opened.",
    )
    reason = fields.Char(required=True, help="The customer reads it on the statement.")
    preview = fields.Text(compute="_compute_preview")

    @api.depends("contract_id")
    def _compute_points_left(self):
        # What is left is read from the ledger by the superuser.
        self.contract_id.check_access("read")
        for wizard in self:
            lots = wizard.contract_id._lots_left() if wizard.contract_id else []
            wizard.points_left = sum(lot.remaining for lot in lots)

    @api.depends("contract_id", "outcome", "target_contract_id", "target_tier_id")
    def _compute_preview(self):
        (self.contract_id | self.target_contract_id).check_access("read")
        for wizard in self:
            wizard.preview = wizard.contract_id and wizard._preview_text()

    def _preview_text(self):
        contract = self.contract_id
        if self.outcome == "refund":
            return self.env._(
                "Draft credit notes for what was invoiced; orders are lowered by what was not. "
                "Together %s without VAT. Points that had no price are just taken.",
                contract._money_left_text() or formatLang(self.env, 0),
            )
        if self.outcome == "forfeit":
            return self.env._(
                "%(points)s points are gone; %(money)s stays with you.",
                points=self.points_left,
                money=contract._money_left_text() or formatLang(self.env, 0),
            )
        if self.outcome != "transfer" or not (self.target_contract_id or self.target_tier_id):
            return ""
        target = self.target_contract_id or contract.new(self._new_account_values())
        text = []
        for currency, moved, value, _money in contract._transfers_to(target):
            text.append(
                self.env._(
                    "%(left)s points become %(points)s points; %(rest)s is no whole point.",
                    left=sum(one.points_out for one in moved),
                    points=sum(one.points_in for one in moved),
                    rest=formatLang(self.env, float(value), currency_obj=currency),
                )
            )
        return "\n".join(text)

    def _new_account_values(self):
        contract = self.contract_id
        return {
            "partner_id": contract.partner_id.id,
            "tier_id": self.target_tier_id.id,
            "company_id": contract.company_id.id,
            "user_id": contract.user_id.id,
        }

    def _target(self):
        """Return the account that takes the points; a new one is opened.

        :raise UserError: it is none that may take them
        """
        contract = self.contract_id
        target = self.target_contract_id
        target.check_access("write")
        if not target and self.target_tier_id:
            target = contract.create(self._new_account_values())
            target.action_open()
        fits = (
            target.state == "open"
            and target != contract
            and target.commercial_partner_id == contract.commercial_partner_id
            and target.company_id == contract.company_id
        )
        if not fits:
            raise UserError(
                self.env._("Choose a tier, or another open account of the same customer.")
            )
        return target

    def action_close(self):
        """Do with the points what was chosen, and close the account."""
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why, for the statement of the account."))
        notes = self.env["account.move"]
        if self.outcome == "transfer":
            contract.sudo()._transfer_rest(self._target().sudo(), reason)
        elif self.outcome == "refund":
            notes = contract.sudo()._refund_rest(reason)
        else:
            contract.sudo()._forfeit_rest(reason)
        if contract.state != "closed":
            contract.action_close()
        for note in notes:
            about = note.reversed_entry_id.name or note.ref
            contract.message_post(
                body=self.env._("Draft credit note for %s", note._get_html_link(title=about))
            )
        done = {"type": "ir.actions.act_window_close"}
        if not notes:
            return done
        # Reading an invoice is not enough for its form.
        if self.env.user.has_group("account.group_account_invoice"):
            return notes.sudo(False)._get_records_action(name=self.env._("Credit Notes"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%s is closed. Accounting finds a draft credit note for what was invoiced.",
                    contract.name,
                ),
                "next": done,
            },
        }
