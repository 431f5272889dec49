# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools.opening_import import COLUMNS, UnreadableTable, parse_rows, read_table
from ..tools.workbook import Sheet, workbook

IMPORTING_GROUP = "helpdesk_mgmt.group_helpdesk_manager"


class SupportOpeningImport(models.TransientModel):
    """Going live: what customers had left of packages that were sold before, from a table.

    Nothing is imported while one row is bad, unless somebody chooses so. The reference of a row
    says what has been imported, so that the same file twice imports nothing twice.
    """

    _name = "support.opening.import"
    _description = "Import of Opening Balances"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary(string="CSV or XLSX File")
    file_name = fields.Char()
    skip_bad = fields.Boolean(
        string="Import the Good Rows Only", help="Bad rows are left out; import them later."
    )
    is_checked = fields.Boolean(readonly=True)
    is_imported = fields.Boolean(readonly=True)
    line_ids = fields.One2many("support.opening.import.line", "wizard_id", readonly=True)
    bad_count = fields.Integer(compute="_compute_counts")
    good_count = fields.Integer(compute="_compute_counts")
    known_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.status")
    def _compute_counts(self):
        for wizard in self:
            statuses = wizard.line_ids.mapped("status")
            wizard.bad_count = statuses.count("bad")
            wizard.known_count = statuses.count("known")
            wizard.good_count = statuses.count("good") + statuses.count("imported")

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_check(self):
        """Read the file and show what would be imported; changes nothing else.

        :raise UserError: the file holds no table of opening balances
        """
        self._check_may_import()
        self._check_rows()
        return self._show()

    def action_import(self):
        """Post each good row as a package; rows that were imported before are left alone.

        :raise UserError: a row is bad, and leaving out bad rows was not chosen
        """
        self._check_may_import()
        self._check_rows()
        bad = self.line_ids.filtered(lambda line: line.status == "bad")
        if bad and not self.skip_bad:
            raise UserError(
                self.env._(
                    "Nothing was imported, as rows are bad. Line %(line)s: %(problem)s Mend the "
                    "file, or choose to import the good rows only.",
                    line=bad[0].line,
                    problem=bad[0].problem,
                )
            )
        self._post_rows(self.line_ids.filtered(lambda line: line.status == "good"))
        self.is_imported = True
        return self._show()

    def action_download_template(self):
        """Download an empty table with an example row."""
        self.ensure_one()
        self._check_may_import()
        return {
            "type": "ir.actions.act_url",
            "url": f"/helpdesk_support_points/xlsx/{self._name}/{self.id}",
            "target": "download",
        }

    def _check_may_import(self):
        self.ensure_one()
        allowed = self.env.su or self.env.user.has_group(IMPORTING_GROUP)
        if not allowed or self.company_id not in self.env.companies:
            raise AccessError(
                self.env._("Only helpdesk managers of the company import opening balances.")
            )

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Opening Balances"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # ------------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------------

    def _check_rows(self):
        if not self.file:
            raise UserError(self.env._("Choose a file first. The template shows the columns."))
        try:
            table = read_table(base64.b64decode(self.file), self.file_name or "")
            rows = parse_rows(table, self.company_id._support_today(), self._known_titles())
        except UnreadableTable as error:
            raise UserError(self._unreadable_text(error)) from error
        self.line_ids.unlink()
        self.env["support.opening.import.line"].create(self._row_values(rows))
        self.is_checked = True

    def _row_values(self, rows):
        """Return the values of the preview: found customers and tiers, problems, what is known."""
        customers = self._find_customers({row.customer for row in rows if row.customer})
        tiers = self._find_tiers()
        currencies = {
            currency.name.upper(): currency for currency in self.env["res.currency"].search([])
        }
        known = self._known_entries(rows)
        values = []
        for row in rows:
            problems = [self._problem_text(reason, value) for reason, value in row.problems]
            partners = customers.get(row.customer.lower(), self.env["res.partner"])
            tier = tiers.get(row.tier.lower(), self.env["support.tier"])
            currency = currencies.get(row.currency.upper(), self.env["res.currency"])
            if not row.currency:
                currency = self.company_id.currency_id
            if row.customer and len(partners) != 1:
                reason = "ambiguous_customer" if partners else "unknown_customer"
                problems.append(self._problem_text(reason, row.customer))
            if row.tier and not tier:
                problems.append(self._problem_text("unknown_tier", row.tier))
            if currency != self.company_id.currency_id:
                problems.append(self._problem_text("wrong_currency", row.currency))
            elif row.amount is not None and currency.round(float(row.amount)) != float(row.amount):
                problems.append(self._problem_text("fraction_of_cent", str(row.amount)))
            entry = known.get(self._group_key(row.reference))
            if entry and not self._is_same(entry, row, partners, tier) and not problems:
                problems.append(self._problem_text("changed", row.reference))
            values.append(
                {
                    "wizard_id": self.id,
                    "line": row.line,
                    "status": "bad" if problems else "known" if entry else "good",
                    "problem": " ".join(problems),
                    "reference": row.reference,
                    "customer": row.customer,
                    "partner_id": partners.id if len(partners) == 1 else False,
                    "tier_id": tier.id,
                    "points": row.points or 0,
                    "amount": float(row.amount or 0),
                    "currency_id": currency.id,
                    "date": row.date,
                    "expiry_date": row.expiry_date,
                    "contract_id": entry.contract_id.id if entry else False,
                }
            )
        return values

    def _find_customers(self, names):
        """Return {written name in small letters: companies that it may mean}, in one query.

        A customer is named by its name, internal reference, tax ID or e-mail address; a contact
        stands for its company.
        """
        partners = self.env["res.partner"]
        keys = ("name", "ref", "vat", "email")
        names = {name.lower() for name in names}
        partners.flush_model(keys)
        spelled = SQL(" OR ").join(
            SQL("lower(trim(%s)) = ANY(%s)", SQL.identifier(key), list(names)) for key in keys
        )
        found_ids = SQL("(SELECT id FROM res_partner WHERE %s)", spelled)
        domain = [("id", "in", found_ids), ("company_id", "in", [False, self.company_id.id])]
        found = defaultdict(lambda: partners)
        for partner in partners.search(domain):
            for key in keys:
                written = (partner[key] or "").strip().lower()
                if written in names:
                    found[written] |= partner.commercial_partner_id
        return found

    def _find_tiers(self):
        tiers = self.env["support.tier"].search([("company_id", "in", [False, self.company_id.id])])
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        found = {tier.code.lower(): tier for tier in tiers if tier.code}
        for code in languages:
            for tier in tiers.with_context(lang=code):
                found.setdefault(tier.name.strip().lower(), tier.with_env(self.env))
        return found

    def _known_entries(self, rows):
        entries = self.env["support.point.entry"].sudo()
        keys = [self._group_key(row.reference) for row in rows if row.reference]
        return entries.search([("group_key", "in", keys)]).grouped("group_key")

    def _group_key(self, reference):
        return f"opening:{self.company_id.id}:{reference}"

    @staticmethod
    def _is_same(entry, row, partners, tier):
        return (
            entry.points == row.points
            and entry.contract_id.commercial_partner_id in partners
            and entry.contract_id.tier_id == tier
            and abs(entry.amount - float(row.amount or 0)) < 0.005
            and entry.work_date == row.date
            and (entry.expiry_date or None) == row.expiry_date
        )

    # ------------------------------------------------------------------
    # Posting
    # ------------------------------------------------------------------

    def _post_rows(self, rows):
        contracts = self._open_contracts(rows)
        self.env["support.contract"].union(*contracts.values())._lock_for_posting()
        values = []
        for row in rows:
            row.contract_id = contracts[row.partner_id, row.tier_id]
            values.append(
                {
                    "contract_id": row.contract_id.id,
                    # What was paid for is owed to the customer; what was given has no value.
                    "kind": "purchase" if row.amount else "grant",
                    "points": row.points,
                    "amount": row.amount,
                    # No money, which is not the same as a price of nothing, has no currency.
                    "currency_id": row.amount and row.currency_id.id,
                    "work_date": row.date,
                    "expiry_date": row.expiry_date,
                    "group_key": self._group_key(row.reference),
                    "revision": 0,
                    "name": self._entry_name(row),
                }
            )
        self.env["support.point.entry"]._post(values)
        rows.status = "imported"
        self.env["support.contract"].union(*contracts.values())._book_unbooked_time()

    def _entry_name(self, row):
        env = self.with_context(lang=row.partner_id.lang or self.env.lang).env
        return env._("Opening balance: %s", row.reference)

    def _open_contracts(self, rows):
        """Return {(customer, tier): open account}, opened where there is none."""
        accounts = self.env["support.contract"].sudo().with_company(self.company_id)
        wanted = {(row.partner_id, row.tier_id): None for row in rows}
        found = accounts._find_open((partner, tier, self.company_id) for partner, tier in wanted)
        for partner, tier in wanted:
            contract = found[partner, tier, self.company_id]
            # One that only covers the customer is another customer's.
            if contract.commercial_partner_id != partner:
                contract = accounts.search(
                    [
                        ("partner_id", "=", partner.id),
                        ("tier_id", "=", tier.id),
                        ("company_id", "=", self.company_id.id),
                        ("state", "=", "draft"),
                    ],
                    limit=1,
                ) or accounts.create(
                    {
                        "partner_id": partner.id,
                        "tier_id": tier.id,
                        "company_id": self.company_id.id,
                    }
                )
                contract.action_open()
            wanted[partner, tier] = contract
        return wanted

    # ------------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------------

    def _problem_text(self, reason, value):
        titles = self._column_titles()
        texts = {
            "missing": self.env._("%s is missing.", titles.get(value, value)),
            "uncalculated": self.env._(
                "The formula “%s” has no result in the file. Open and save the file in a "
                "spreadsheet program, or enter the value.",
                value,
            ),
            "bad_number": self.env._("“%s” is not a number.", value),
            "fraction": self.env._("“%s” is not a whole number of points.", value),
            "fraction_of_cent": self.env._("“%s” has more decimals than the currency.", value),
            "not_positive": self.env._("Points must be more than zero, not “%s”.", value),
            "too_many": self.env._("“%s” is more than 1,000,000 points.", value),
            "too_large": self.env._("The amount “%s” is more than 1,000,000,000.", value),
            "negative_amount": self.env._("The amount is negative: “%s”.", value),
            "bad_date": self.env._("“%s” is no date. Write 2026-12-31 or 31.12.2026.", value),
            "future": self.env._("The day %s is still to come.", value),
            "expired_before": self.env._("The points expired on %s, before they came.", value),
            "duplicate": self.env._("The reference is in line %s already.", value),
            "unknown_customer": self.env._("There is no customer “%s”.", value),
            "ambiguous_customer": self.env._(
                "Several customers are called “%s”. Write the internal reference, tax ID or "
                "e-mail address.",
                value,
            ),
            "unknown_tier": self.env._("There is no tier “%s”.", value),
            "wrong_currency": self.env._(
                "The currency “%(wrong)s” is not the company's, %(right)s.",
                wrong=value,
                right=self.company_id.currency_id.name,
            ),
            "changed": self.env._(
                "“%s” has been imported before with other values. Correct them by an adjustment.",
                value,
            ),
        }
        return texts[reason]

    def _unreadable_text(self, error):
        titles = self._column_titles()
        missing = ", ".join(titles.get(name, name) for name in error.detail.split(", "))
        texts = {
            "empty": self.env._("The file is empty."),
            "no_rows": self.env._("The table has no rows below the titles of the columns."),
            "too_big": self.env._("The file is too big. Split it."),
            "not_xlsx": self.env._("The file is no XLSX table. Save it again, or save it as CSV."),
            "not_text": self.env._("The file is neither CSV nor XLSX."),
            "missing_columns": self.env._(
                "The first row must have the titles of the columns. Missing: %s.", missing
            ),
            "unknown_columns": self.env._(
                "These columns are not known: %s. Give them titles of the template, or delete "
                "them: nothing is to be lost unnoticed.",
                error.detail,
            ),
            "same_columns": self.env._(
                "These columns mean the same: %s. Keep the one with what is left.", error.detail
            ),
        }
        return texts[error.reason]

    def _known_titles(self):
        """Return {column: titles in all languages}: who fills in a template may speak another."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        titles = [self.with_context(lang=code)._column_titles() for code in languages]
        return {name: [one[name] for one in titles] for name in COLUMNS}

    def _column_titles(self):
        return {
            "reference": self.env._("Reference"),
            "customer": self.env._("Customer"),
            "tier": self.env._("Tier"),
            "points": self.env._("Points"),
            "amount": self.env._("Amount"),
            "currency": self.env._("Currency"),
            "date": self.env._("Date"),
            "expiry_date": self.env._("Valid Until"),
        }

    def _xlsx(self):
        """Return the name and the bytes of the template, with one example row."""
        self._check_may_import()
        tier = self.env["support.tier"].search([], limit=1)
        today = self.company_id._support_today()
        sheet = Sheet(
            title=self.env._("Opening balances"),
            columns=tuple((title, 22) for title in self._column_titles().values()),
            rows=[
                [
                    "A-0001",
                    self.env._("Name, internal reference, tax ID or e-mail address"),
                    tier.name or "",
                    20,
                    600,
                    self.company_id.currency_id.name,
                    today,
                    None,
                ]
            ],
            money_columns=frozenset((4,)),
        )
        return self.env._("Opening balances.xlsx"), workbook([sheet])
