# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.ledger import expiry_amount, expiry_due

# Expiring points of one lot may free points of another that expired too; never this often.
MAX_ROUNDS = 50


class SupportContract(models.Model):
    """Points that expire: the last day on which they can be used is their expiry date."""

    _inherit = "support.contract"

    notified_lot_ids = fields.Many2many(
        "support.point.entry",
        "support_contract_expiry_notice",
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Packages whose expiry the account manager has been told.",
    )
    expiring_points = fields.Integer(compute="_compute_expiring", compute_sudo=True)
    expiring_date = fields.Date(compute="_compute_expiring", compute_sudo=True)
    expires_soon = fields.Boolean(
        compute="_compute_expiring", compute_sudo=True, export_string_translation=False
    )

    @api.depends("entry_ids", "tier_id.expiry_notice_days")
    def _compute_expiring(self):
        for contract in self:
            contract.update({"expiring_points": 0, "expiring_date": False, "expires_soon": False})
            if not contract._origin:
                continue
            today = contract.company_id._support_today()
            lots = [
                lot
                for lot in contract._origin._replay().lots
                if lot.remaining and lot.expiry_date and lot.expiry_date >= today
            ]
            if lots:
                first = min(lot.expiry_date for lot in lots)
                contract.expiring_date = first
                contract.expiring_points = sum(
                    lot.remaining for lot in lots if lot.expiry_date == first
                )
                contract.expires_soon = first <= contract._notice_until()

    def _notice_until(self):
        """Return the last expiry date of which the account manager is told today."""
        return fields.Date.add(
            self.company_id._support_today(), days=self.tier_id.expiry_notice_days
        )

    @api.model
    def _cron_expire_points(self):
        """Expire the points of all companies whose last day is over; tell of the next ones."""
        cron = self.env.ref("helpdesk_support_points.ir_cron_expire_points")
        for company in self.env["res.company"].search([]):
            accounts = self.with_company(company).search([("company_id", "=", company.id)])
            notice_days = max(accounts.tier_id.mapped("expiry_notice_days"), default=0)
            until = fields.Date.add(company._support_today(), days=notice_days)
            concerned = self.env["support.point.entry"]._read_group(
                [("contract_id", "in", accounts.ids), ("expiry_date", "<=", until)],
                ["contract_id"],
            )
            accounts = self.browse([contract.id for (contract,) in concerned])
            self._run_job(cron, accounts, lambda account: account._follow_expiry())

    def _follow_expiry(self):
        """Bring the account in line with the expiry of its lots; tell of the next ones."""
        self._post_expiry()
        self._give_expiry_notice()

    def _post_expiry(self):
        """Post per lot what it has to lose by expiry, or gets back because it lost too much."""
        self.ensure_one()
        today = self.company_id._support_today()
        if not expiry_due(self._replay(), today):
            return
        self._lock_for_posting(exclusive=True)
        for _round in range(MAX_ROUNDS):
            account = self._replay()
            due = expiry_due(account, today)
            if not due:
                return
            lots = {lot.entry_id: lot for lot in account.lots}
            self.env["support.point.entry"]._post(
                self._expiry_values([(lots[lot_id], points) for lot_id, points in due.items()])
            )
            self.invalidate_recordset(["entry_ids"])
        raise UserError(
            self.env._(
                "The expiry of the packages of %s does not come to an end. Please report this with "
                "the list of its entries.",
                self.display_name,
            )
        )

    def _expiry_values(self, due):
        """Return values of the expiry entries of some lots.

        :param due: list of (``tools.ledger.Lot``, points to lose; negative gets points back)
        """
        entries = self.env["support.point.entry"].sudo()
        posted = entries._posted_by_group(f"expiry:{lot.entry_id}" for lot, _due in due)
        env = self.with_context(lang=self.partner_id.lang).env
        vals_list = []
        for lot, points in due:
            key = f"expiry:{lot.entry_id}"
            posted_points, posted_amount, revision, last_id = posted.get(key, (0, 0, 0, False))
            has_money = lot.amount is not None
            amount = has_money and expiry_amount(lot, points - posted_points, posted_amount or 0)
            vals_list.append(
                {
                    "contract_id": self.id,
                    "kind": "expiry",
                    "points": -points,
                    "amount": has_money and float(amount),
                    "currency_id": has_money and lot.currency_id,
                    "work_date": self._expiry_day(lot, points),
                    "lot_id": lot.entry_id,
                    "corrects_id": last_id,
                    "group_key": key,
                    "revision": revision,
                    "name": env._(
                        "Not used until %(day)s: %(package)s",
                        day=format_date(env, lot.expiry_date),
                        package=entries.browse(lot.entry_id).name,
                    ),
                }
            )
        return vals_list

    def _expiry_day(self, lot, points):
        """Day in the books of a lot's expiry: the day after its last one.

        Points that come back because a refund took what had expired come back on its day, and if
        they return to the package, they expire on the day of that. So months that are over stay
        as they were reported.
        """
        about = self.entry_ids.filtered(lambda entry: entry.lot_id.id == lot.entry_id)
        causes = about.filtered(
            (lambda entry: entry.points > 0)
            if points > 0
            else (lambda entry: entry.kind == "refund")
        )
        return max([fields.Date.add(lot.expiry_date, days=1), *causes.mapped("date")])

    def _give_expiry_notice(self):
        """Tell the account manager, once per lot, of points that expire soon."""
        self.ensure_one()
        today, until = self.company_id._support_today(), self._notice_until()
        if not self.tier_id.expiry_notice_days or self.state == "closed":
            return
        env = self.with_context(lang=self.user_id.lang).env
        for lot in self._replay().lots:
            is_next = lot.remaining and lot.expiry_date and today <= lot.expiry_date <= until
            if is_next and lot.entry_id not in self.notified_lot_ids.ids:
                package = env["support.point.entry"].browse(lot.entry_id)
                self._schedule_activity(
                    env._(
                        "%(points)s points expire on %(day)s",
                        points=lot.remaining,
                        day=format_date(env, lot.expiry_date),
                    ),
                    env._("Left of: %s. Tell the customer while they can be used.", package.name),
                    lot.expiry_date,
                )
                self.notified_lot_ids = [fields.Command.link(lot.entry_id)]
