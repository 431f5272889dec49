# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    support_project_id = fields.Many2one(
        "project.project",
        domain="[('company_id', '=', id), ('allow_timesheets', '=', True)]",
        groups="base.group_user",
        help="Time on tickets is logged on this project unless the support account names its own.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("account_sale_tax_id"):
            self._set_support_product_taxes()
        return result

    def _set_support_product_taxes(self):
        """Give tier products without a sales tax the default one of each company.

        A chart of accounts loads after the module's data and leaves existing products alone,
        so that packages would otherwise be invoiced without VAT.
        """
        tiers = self.env["support.tier"].sudo().with_context(active_test=False).search([])
        for company in self:
            tax = company.sudo().account_sale_tax_id
            templates = tiers.filtered(
                lambda tier, company=company: tier.company_id in (company, company.browse())
            ).product_id.product_tmpl_id
            untaxed = templates.filtered(
                lambda template, company=company: (
                    not template.taxes_id._filter_taxes_by_company(company)
                )
            )
            if tax and untaxed:
                untaxed.write({"taxes_id": [Command.link(tax.id)]})

    def _get_support_project(self):
        """Return the company's Support project, made on first use.

        It is visible to employees, not billable and has no partner: so none of its time
        shows at ``/my/timesheets`` or is invoiced a second time.
        """
        self.ensure_one()
        company = self.sudo()
        if not company.support_project_id:
            company.support_project_id = (
                self.env["project.project"]
                .sudo()
                .with_company(company)
                .create(
                    {
                        "name": self.env._("Support"),
                        "company_id": company.id,
                        "partner_id": False,
                        "privacy_visibility": "employees",
                        "allow_timesheets": True,
                        "allow_billable": False,
                    }
                )
            )
        return company.support_project_id

    def _support_today(self):
        """Return today's date in the company's time zone (jobs and portal run in UTC)."""
        self.ensure_one()
        company = self.sudo()
        zone = company.partner_id.tz or company.resource_calendar_id.tz or "UTC"
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone), fields.Datetime.now()
        ).date()

    def _support_has_sales_tax(self):
        """Tell whether the company sells with tax at all."""
        taxes = self.env["account.tax"].sudo()
        domain = [("type_tax_use", "=", "sale"), *taxes._check_company_domain(self)]
        return bool(taxes.search_count(domain, limit=1))

    def _support_price_factor(self, lines):
        """Part of the prices of order or invoice lines that a discount on all of them leaves.

        Odoo sells a *global discount* as lines of their own, which no package would know of.
        """
        discounts = lines.filtered(
            lambda line: line.product_id and line.product_id == self.sale_discount_product_id
        )
        # Not what a final invoice deducts for down payments.
        full = sum(max(0, line.price_subtotal) for line in lines - discounts)
        if not (discounts and full):
            return 1.0
        return max(0.0, 1 + sum(discounts.mapped("price_subtotal")) / full)

    def _next_support_statement_number(self, day):
        """Draw the next number of the company's own statements; numbers have no gaps.

        :param day: last day of the statement, whose year numbers restart in
        """
        self.ensure_one()
        sequences = self.env["ir.sequence"].sudo().with_company(self)
        code = "support.statement"
        if not sequences.search_count([("code", "=", code), ("company_id", "=", self.id)], limit=1):
            sequences.create(
                {
                    "name": self.env._("Support Account Statements"),
                    "code": code,
                    "company_id": self.id,
                    "implementation": "no_gap",
                    "prefix": "ST/%(range_year)s/",
                    "padding": 5,
                    "use_date_range": True,
                }
            )
        return sequences.next_by_code(code, sequence_date=day)
