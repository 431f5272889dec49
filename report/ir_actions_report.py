# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import posixpath
import re

from markupsafe import Markup
from odoo import SUPERUSER_ID, api, models
from odoo.tools import file_open

from ..tools.used_css import embed_fonts, used_css

STATEMENT_REPORT = "helpdesk_support_points.report_support_statement"
DELAY_OPTION = "--javascript-delay"
STYLESHEET = re.compile(r'<link\b[^>]*\bhref="(/web/assets/[^"]+\.min\.css)"[^>]*>')


def _font(path):
    """Return the content of a font among the static files of an addon, or None."""
    try:
        with file_open(posixpath.normpath(path).lstrip("/"), "rb", (".woff", ".ttf")) as font:
            return font.read()
    except (OSError, ValueError):
        return None


class IrActionsReport(models.Model):
    """Prints statements without what wkhtmltopdf needs most of its time for."""

    _inherit = "ir.actions.report"

    def _prepare_html(self, html, report_model=False):
        prepared = super()._prepare_html(html, report_model=report_model)
        if not prepared or self.report_name != STATEMENT_REPORT:
            return prepared
        bodies, res_ids, header, footer, arguments = prepared
        *bodies, header, footer = self._inline_used_styles([*bodies, header, footer])
        return bodies, res_ids, header, footer, arguments

    def _inline_used_styles(self, pages):
        """Put the styles that these pages use in the place of their links to all styles."""
        sheets = {}
        for url in set(STYLESHEET.findall("".join(pages))):
            css = self._stylesheet(url)
            if css is not None:
                sheets[url] = css

        def inlined(page):
            def style(link):
                css = sheets.get(link[1])
                if css is None:
                    return link[0]
                return f"<style>{embed_fonts(used_css(css, page), page, _font)}</style>"

            return Markup(STYLESHEET.sub(style, page))

        return [inlined(page) for page in pages]

    def _stylesheet(self, url):
        """Return the text behind the link of an asset bundle, or None to leave the link alone."""
        attachments = self.env["ir.attachment"].sudo()
        bundle = attachments.search(
            [
                ("url", "=", url),
                ("public", "=", True),
                ("res_model", "=", "ir.ui.view"),
                ("res_id", "=", 0),
                ("create_uid", "=", SUPERUSER_ID),
            ],
            limit=1,
        )
        if not bundle and not self.env.cr.readonly:
            # Odoo makes a bundle when it is first asked for.
            name, rtl, _type, autoprefix = self.env["ir.asset"]._parse_bundle_name(
                url.rpartition("/")[2], False
            )
            bundle = (
                self.env["ir.qweb"]
                ._get_asset_bundle(name, css=True, js=False, rtl=rtl, autoprefix=autoprefix)
                .css()[:1]
            )
        return bundle.raw.decode() if bundle and bundle.raw else None

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, **kwargs):
        # wkhtmltopdf waits for styles, fonts and pictures anyway. The second that Odoo adds, for
        # the body, the headers and the footers each, is for scripts; a statement has none.
        report = report_ref and self._get_report(report_ref)
        if report and report.report_name == STATEMENT_REPORT:
            self = self.with_context(support_statement_no_delay=True)
        return super()._run_wkhtmltopdf(bodies, report_ref=report_ref, **kwargs)

    @api.model
    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        command_args = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("support_statement_no_delay") and DELAY_OPTION in command_args:
            command_args[command_args.index(DELAY_OPTION) + 1] = "0"
        return command_args
