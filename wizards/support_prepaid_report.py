# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ..models.support_statement_issue import ISSUING_GROUPS
from ..tools.ledger import Entry
from ..tools.prepaid import COLUMNS, roll_forward
from ..tools.workbook import Sheet, workbook

NUMBERS = (
    *(f"points_{name}" for name in (*COLUMNS, "overdrawn")),
    *(f"amount_{name}" for name in (*COLUMNS, "overdrawn")),
)


class SupportPrepaidReport(models.TransientModel):
    """What customers have paid for and not used: prepaid points as of a day, for accountants."""

    _name = "support.prepaid.report"
    _description = "Report on Prepaid Points"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        help="Money of different currencies is never added up: each has a report of its own.",
    )
    date_from = fields.Date(
        string="From", help="Shows what changed since then. Empty means since the beginning."
    )
    date_to = fields.Date(
        string="As Of", required=True, default=lambda self: self.env.company._support_today()
    )
    line_ids = fields.One2many("support.prepaid.report.line", "report_id", readonly=True)
    other_currencies = fields.Char(compute="_compute_other_currencies")

    @api.depends("company_id")
    def _compute_currency_id(self):
        for report in self:
            report.currency_id = report.company_id.currency_id

    @api.depends("company_id", "currency_id")
    def _compute_other_currencies(self):
        allowed = self.filtered(lambda report: report.company_id in self.env.companies)
        (self - allowed).other_currencies = False
        for report in allowed:
            entries = report.env["support.point.entry"].sudo()
            rows = entries._read_group(
                [
                    ("contract_id.company_id", "=", report.company_id.id),
                    ("amount", "!=", 0),
                    ("currency_id", "!=", report.currency_id.id),
                ],
                ["currency_id"],
            )
            # Points without a currency are of the company's.
            others = {currency or report.company_id.currency_id for (currency,) in rows}
            names = {currency.name for currency in others - {report.currency_id}}
            report.other_currencies = ", ".join(sorted(names))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_show(self):
        """Compute the report and open its lines, by tier and customer."""
        self.ensure_one()
        self._fill()
        title = self.env._("Prepaid Points as of %s", format_date(self.env, self.date_to))
        if self.date_from:
            title = self.env._(
                "Prepaid Points from %(first)s to %(last)s",
                first=format_date(self.env, self.date_from),
                last=format_date(self.env, self.date_to),
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_support_points.action_support_prepaid_report_line"
        )
        title = f"{title} ({self.currency_id.name})"
        return {
            **action,
            "name": title,
            "display_name": title,
            "domain": [("report_id", "=", self.id)],
        }

    def action_download_xlsx(self):
        """Download the report as a table."""
        self.ensure_one()
        self._check_may_read()
        return {
            "type": "ir.actions.act_url",
            "url": f"/helpdesk_support_points/xlsx/{self._name}/{self.id}",
            "target": "download",
        }

    def _check_may_read(self):
        """Refuse other people's money and other companies'."""
        allowed = any(map(self.env.user.has_group, ISSUING_GROUPS))
        if not (self.env.su or allowed) or self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "Only accountants of support points and helpdesk managers of the company read "
                    "what prepaid points are worth."
                )
            )

    # ------------------------------------------------------------------
    # Computing
    # ------------------------------------------------------------------

    def _fill(self):
        """Replace the lines by those of now."""
        self._check_may_read()
        if self.date_from and self.date_from > self.date_to:
            raise UserError(self.env._("The period must not end before it begins."))
        self.sudo().line_ids.unlink()
        self.env["support.prepaid.report.line"].create(self._line_values())

    def _line_values(self):
        """Return the values of all lines: one for each package and each overdraft."""
        decimals_of = {
            currency.id: currency.decimal_places
            for currency in self.env["res.currency"].with_context(active_test=False).search([])
        }
        own_currency = self.currency_id == self.company_id.currency_id
        contracts = self._contracts()
        values = []
        for contract_id, entries in self._entries_by_contract().items():
            account = roll_forward(entries, self.date_to, self.date_from or None, decimals_of)
            common = contracts[contract_id]
            for lot in account.lots:
                if lot.currency_id == self.currency_id.id or (own_currency and not lot.currency_id):
                    values.append({**common["values"], **self._lot_values(lot)})
            if account.overdraft_closing and own_currency:
                points = account.overdraft_closing
                values.append(
                    {
                        **common["values"],
                        "kind": "overdraft",
                        "points_overdrawn": points,
                        "amount_overdrawn": self.currency_id.round(points * common["price"]),
                    }
                )
        return values

    def _contracts(self):
        """Return what lines say of each account of the company, by its id."""
        contracts = (
            self.env["support.contract"].sudo().search([("company_id", "=", self.company_id.id)])
        )
        return {
            contract.id: {
                "values": {
                    "report_id": self.id,
                    "contract_id": contract.id,
                    "partner_id": contract.partner_id.id,
                    "tier_id": contract.tier_id.id,
                    "currency_id": self.currency_id.id,
                },
                "price": contract.effective_hourly_rate * contract.minutes_per_point / 60,
            }
            for contract in contracts
        }

    def _entries_by_contract(self):
        """Return {contract id: entries} of the company's accounts, from one query."""
        self.env["support.point.entry"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT entry.contract_id, entry.id, entry.date, entry.kind, entry.points,
                          COALESCE(entry.group_key, ''), entry.lot_id, entry.corrects_id,
                          entry.expiry_date, entry.amount, entry.currency_id
                     FROM support_point_entry entry
                     JOIN support_contract contract ON contract.id = entry.contract_id
                    WHERE contract.company_id = %s
                 ORDER BY entry.contract_id, entry.date, entry.id""",
                self.company_id.id,
            )
        )
        entries = defaultdict(list)
        for contract_id, *values in rows:
            entries[contract_id].append(Entry(*values))
        return entries

    def _lot_values(self, lot):
        return {
            "kind": "lot",
            "entry_id": lot.entry_id,
            "date": lot.date,
            "expiry_date": lot.expiry_date,
            **{f"points_{name}": points for name, points in lot.points.items()},
            **{f"amount_{name}": float(amount) for name, amount in lot.amounts.items()},
        }

    # ------------------------------------------------------------------
    # Table
    # ------------------------------------------------------------------

    def _xlsx(self):
        """Return the name and the bytes of the report as a table."""
        self._fill()
        lines = self.line_ids
        titles = self.env["support.prepaid.report.line"].fields_get(NUMBERS, ["string"])
        headings = [titles[name]["string"] for name in NUMBERS]
        kinds = dict(lines._fields["kind"]._description_selection(self.env))
        keys = {
            self.env._("By tier"): lambda line: line.tier_id.name,
            self.env._("By customer"): lambda line: line.partner_id.display_name,
            # An overdraft has no month; it stands last, as digits sort before letters.
            self.env._("By month"): lambda line: (
                line.date.strftime("%Y-%m") if line.date else kinds[line.kind]
            ),
        }
        sheets = [self._sum_sheet(title, headings, lines, key) for title, key in keys.items()]
        sheets.append(self._lot_sheet(headings, lines))
        name = self.env._("Prepaid points %s", self.date_to.isoformat())
        return f"{name}.xlsx", workbook(sheets)

    def _head(self):
        head = [
            [self.env._("Company"), self.company_id.name],
            [self.env._("Currency"), self.currency_id.name],
            [self.env._("As Of"), self.date_to],
        ]
        if self.date_from:
            head.insert(2, [self.env._("From"), self.date_from])
        if self.other_currencies:
            head.append([self.env._("Not included"), self.other_currencies])
        return head

    def _sum_sheet(self, title, headings, lines, key):
        rows = []
        for name, group in sorted(lines.grouped(key).items()):
            rows.append([name, *self._sums(group)])
        rows.append([self.env._("Total"), *self._sums(lines)])
        return Sheet(
            title=title,
            head=self._head(),
            columns=((title, 36), *((heading, 14) for heading in headings)),
            rows=rows,
            money_columns=self._money_columns(1),
            bold_rows=frozenset((len(rows) - 1,)),
        )

    def _lot_sheet(self, headings, lines):
        kinds = dict(lines._fields["kind"]._description_selection(self.env))
        facts = (
            (self.env._("Customer"), 36),
            (self.env._("Support Account"), 14),
            (self.env._("Tier"), 26),
            (self.env._("Kind"), 12),
            (self.env._("Origin"), 36),
            (self.env._("Bought"), 12),
            (self.env._("Valid Until"), 12),
        )
        return Sheet(
            title=self.env._("Packages"),
            head=self._head(),
            columns=(*facts, *((heading, 14) for heading in headings)),
            rows=[
                [
                    line.partner_id.display_name,
                    line.contract_id.name,
                    line.tier_id.name,
                    kinds[line.kind],
                    line.entry_name or "",
                    line.date or None,
                    line.expiry_date or None,
                    *(line[name] for name in NUMBERS),
                ]
                for line in lines
            ],
            money_columns=self._money_columns(len(facts)),
        )

    def _sums(self, lines):
        """Sums of all numbers; money is rounded, as floats leave noise behind."""
        sums = [sum(lines.mapped(name)) for name in NUMBERS]
        return [
            self.currency_id.round(total) if name.startswith("amount_") else total
            for name, total in zip(NUMBERS, sums, strict=True)
        ]

    @staticmethod
    def _money_columns(offset):
        return frozenset(
            offset + index for index, name in enumerate(NUMBERS) if name.startswith("amount_")
        )
