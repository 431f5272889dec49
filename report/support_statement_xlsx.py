# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..tools.workbook import Sheet, workbook
from .report_support_statement import Words


class ReportSupportStatement(models.AbstractModel):
    """The statement as a table: the same lines as on paper, as numbers and dates."""

    _inherit = "report.helpdesk_support_points.report_support_statement"

    def _workbook(self, statement):
        """Return the bytes of an XLSX file, in the customer's language."""
        statement.ensure_one()
        statement.check_access("read")
        report = self.with_context(lang=statement._customer_lang())
        statement = statement.with_env(report.env)
        return workbook([report._sheet(statement)])

    def _sheet(self, statement):
        contract = statement.contract_id.sudo()
        data = statement._statement_data()
        words = Words(self.env, contract)
        head = [
            *([label, value] for label, value in self._facts(statement, contract, words)),
            [self.env._("Customer"), contract.partner_id.display_name],
        ]
        if notice := self._later_notice(statement, words):
            head.append([self.env._("Note"), notice])
        rows = [[data.date_from, self.env._("Opening balance"), "", "", "", "", None, data.opening]]
        balance = data.opening
        for title, line, text in self._sheet_lines(data, words):
            balance += line.points
            notes = "; ".join(text["notes"])
            number, levels = text["number"] or "", text["levels"]
            rows.append(
                [line.date, title, number, text["text"], levels, notes, line.points, balance]
            )
        rows.append(
            [data.date_to, self.env._("Closing balance"), "", "", "", "", None, data.closing]
        )
        return Sheet(
            title=statement.name or contract.name,
            head=head,
            columns=(
                (self.env._("Date"), 14),
                (self.env._("Section"), 18),
                (self.env._("Request"), 12),
                (self.env._("Subject"), 50),
                (self.env._("Level"), 20),
                (self.env._("Note"), 36),
                (self.env._("Points"), 10),
                (self.env._("Balance"), 10),
            ),
            rows=rows,
            bold_rows=frozenset((0, len(rows) - 1)),
        )

    def _sheet_lines(self, data, words):
        """Yield (section, line, texts) in the order of the dates, so that the balance runs."""
        lines = [
            *((self.env._("Credits"), line, self._movement_row) for line in data.credits),
            *((self.env._("Requests"), line, self._request_row) for line in data.requests),
            *((self.env._("Other movements"), line, self._movement_row) for line in data.others),
        ]
        for title, line, row in sorted(lines, key=lambda one: one[1].date):
            yield title, line, row(line, words)
